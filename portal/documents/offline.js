// Verifies sealed PDFs and signed codes with the keys in this page; nothing leaves the device.
// Chapter and verse: PDF 32000 12.8 (ByteRange), RFC 5652 (CMS), RFC 8032 (Ed25519).
"use strict";
const { seals, tokens, words } = JSON.parse(document.getElementById("keys").textContent);
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const unbase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function say(id, message, state) {
  const place = document.getElementById(id);
  place.textContent = message;
  place.className = state;
}

function der(bytes, at = 0) {
  let length = bytes[at + 1], start = at + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    length = bytes.slice(start, start + count).reduce((sum, byte) => sum * 256 + byte, 0);
    start += count;
  }
  return { tag: bytes[at], start, end: start + length, whole: bytes.slice(at, start + length), body: bytes.slice(start, start + length) };
}

function children(body) {
  const found = [];
  for (let at = 0; at < body.length; ) {
    const next = der(body, at);
    found.push(next);
    at = next.end;
  }
  return found;
}

function signer(cms) {
  const [, wrapped] = children(der(cms).body);
  const infos = children(der(wrapped.body).body).at(-1);
  const parts = children(children(infos.body)[0].body);
  const at = parts.findIndex((part) => part.tag === 0xa0);
  const attributes = Uint8Array.from(parts[at].whole);
  attributes[0] = 0x31;
  const digest = children(parts[at].body).map((each) => children(each.body)).find(([name]) => hex(name.body) === "2a864886f70d010904");
  return { attributes, digest: children(digest[1].body)[0].body, signature: parts[at + 2].body };
}

function raw(signature) {
  const whole = new Uint8Array(64);
  children(der(signature).body).forEach((number, place) => {
    const bytes = number.body[0] === 0 ? number.body.slice(1) : number.body;
    whole.set(bytes, 32 * (place + 1) - bytes.length);
  });
  return whole;
}

async function isOurs(found) {
  for (const seal of seals) {
    const isCurve = seal.algorithm === "EC";
    const kind = isCurve ? { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("spki", unbase64(seal.spki), kind, false, ["verify"]);
    if (await crypto.subtle.verify(kind, key, isCurve ? raw(found.signature) : found.signature, found.attributes)) return true;
  }
  return false;
}

async function checkFile(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  const ranges = [...text.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)];
  if (!text.startsWith("%PDF-")) return [words.notPdf, "no"];
  if (ranges.length !== 1) return [words.noSeal, "no"];
  const [start, first, second, rest] = ranges[0].slice(1).map(Number);
  const gap = text.slice(first, second);
  if (start !== 0 || second + rest !== bytes.length || !/^<[0-9a-fA-F]+>$/.test(gap)) return [words.appended, "no"];
  const found = signer(unhex(gap.slice(1, -1)));
  const covered = new Uint8Array(first + rest);
  covered.set(bytes.subarray(0, first));
  covered.set(bytes.subarray(second), first);
  if (hex(new Uint8Array(await crypto.subtle.digest("SHA-256", covered))) !== hex(found.digest)) return [words.changed, "no"];
  if (!(await isOurs(found))) return [words.otherSeal, "no"];
  const print = hex(await sha256(bytes));
  const signature = await checkSignature(text, bytes);
  const said = signature === null ? "" : "\n" + (signature ? words.signatureFits : words.signatureDiffers);
  return [words.sealed + said + "\nSHA-256 " + print, signature === false ? "no" : "yes"];
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

// The facts attached to the file: the one embedded stream, packed with deflate.
async function attachment(text, bytes) {
  const head = text.indexOf("/Type /EmbeddedFile");
  const opened = text.indexOf(">>", text.indexOf("/Length", head));
  const length = Number((text.slice(head, opened + 2).match(/\/Length\s+(\d+)/) || [])[1]);
  const start = text.indexOf("stream", opened) + 6;
  const at = start + (text[start] === "\r" ? 2 : 1);
  if (head < 0 || !length) return null;
  const unpacked = new Blob([bytes.slice(at, at + length)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(unpacked).text());
}

// W3C Web Authentication 7.2: the challenge in the client's data is the hash of the signed text.
async function checkSignature(text, bytes) {
  const facts = await attachment(text, bytes).catch(() => null);
  const proof = facts && facts.signature;
  if (!proof || !proof.signature) return null;
  const client = unbase64(proof.client_data);
  const said = JSON.parse(new TextDecoder().decode(client));
  const digest = await sha256(new TextEncoder().encode(facts.signed_text));
  if (said.type !== "webauthn.get" || hex(unbase64(said.challenge.replace(/-/g, "+").replace(/_/g, "/"))) !== hex(digest)) return false;
  const data = unbase64(proof.authenticator_data), hashed = await sha256(client);
  const covered = new Uint8Array(data.length + hashed.length);
  covered.set(data);
  covered.set(hashed, data.length);
  const spki = unbase64(proof.public_key), signature = unbase64(proof.signature);
  const kinds = [
    [{ name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }, raw],
    [{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, (whole) => whole],
    [{ name: "Ed25519" }, (whole) => whole],
  ];
  for (const [kind, plain] of kinds) {
    const key = await crypto.subtle.importKey("spki", spki, kind, false, ["verify"]).catch(() => null);
    if (key) return crypto.subtle.verify(kind, key, plain(signature), covered);
  }
  return false;
}

function letters(bytes, alphabet, length) {
  let value = BigInt("0x" + hex(bytes)), out = "";
  for (; out.length < length; value /= BigInt(alphabet.length)) out = alphabet[Number(value % BigInt(alphabet.length))] + out;
  return out;
}

function checkCharacter(text) {
  const total = [...text].reverse().reduce((sum, letter, place) => {
    const product = ALPHABET.indexOf(letter) * (2 - (place % 2));
    return sum + Math.floor(product / 32) + (product % 32);
  }, 0);
  return ALPHABET[(32 - (total % 32)) % 32];
}

function decode(text) {
  const out = [];
  let bits = 0, value = 0;
  for (const letter of text.trim().toUpperCase().split("/").pop()) {
    value = ((value << 5) | BASE32.indexOf(letter)) & 0xffff;
    bits += 5;
    if (bits >= 8) out.push((value >> (bits -= 8)) & 255);
  }
  return Uint8Array.from(out);
}

async function checkToken(text) {
  const bytes = decode(text), body = bytes.slice(0, -64);
  if (body.length !== 34 || body[0] !== 2) return [words.noToken, "no"];
  const known = tokens.find((key) => key.hint === hex(body.slice(30, 34)));
  if (!known) return [words.otherKey, "no"];
  const key = await crypto.subtle.importKey("raw", unhex(known.public_key), "Ed25519", false, ["verify"]);
  if (!(await crypto.subtle.verify("Ed25519", key, bytes.slice(-64), body))) return [words.changed, "no"];
  const day = (at) => new Date(Date.UTC(2020, 0, 1) + 864e5 * (body[at] * 256 + body[at + 1])).toISOString().slice(0, 10);
  const sequence = new DataView(body.buffer).getUint32(4).toString().padStart(8, "0");
  const number = "HN" + String.fromCharCode(body[1]) + day(2).replaceAll("-", "") + sequence;
  const lines = [words.signed, words.number + " " + number + checkCharacter(number), words.issued + " " + day(2)];
  if (body[8] !== 255 || body[9] !== 255) lines.push(words.until + " " + day(8));
  if (body.slice(10, 22).some(Boolean)) lines.push(words.code + " " + letters(body.slice(10, 22), CREDIT, 18));
  lines.push(words.hash + " " + hex(body.slice(22, 30)));
  return [lines.join("\n"), "yes"];
}

document.getElementById("file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  say("file-answer", ...(await checkFile(new Uint8Array(await file.arrayBuffer())).catch(() => [words.broken, "no"])));
});
document.getElementById("check-token").addEventListener("click", async () => {
  const answer = checkToken(document.getElementById("token").value).catch(() => [words.broken, "no"]);
  say("token-answer", ...(await answer));
});
document.getElementById("needs-saving").hidden = true;
