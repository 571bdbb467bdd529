"""The real thing on one machine, as deploy/ has it: what do users see when parts of it fail?"""
