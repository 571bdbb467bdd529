"""Sentences that forms of several capabilities share: about files, and about steps of a case."""

from portal.core.text import N_

FILE_SENTENCES = {
    "no_file_chosen": N_("请先选择文件，再点“上传”"),
    "file_empty": N_("“%(name)s”是空的。请重新选择这个文件。"),
    "file_too_large": N_(
        "“%(name)s”没有传上：文件%(size)d兆，最大%(most)d兆。可以重拍小一点，或只传这一页。"
    ),
    "file_type": N_("“%(name)s”没有传上：只收JPG、PNG、HEIC照片和PDF。可以把内容拍成照片再传。"),
    "file_broken": N_("“%(name)s”没有传上：文件打不开。请重新拍照或另存后再传。"),
    "file_locked": N_("“%(name)s”没有传上：文件有密码。请去掉密码后再传。"),
    "file_virus": N_("“%(name)s”没有传上：检查发现病毒。请换一个文件。"),
    "file_unscanned": N_("“%(name)s”没有传上：现在不能检查病毒。请过10分钟再传，其他内容已保留。"),
    "file_not_stored": N_("“%(name)s”现在存不进去，其他内容已保留。请过10分钟再传这一个文件。"),
    "too_many_files": N_("“%(name)s”没有传上：最多%(most)d个文件。请先去掉一个。"),
}
CASE_SENTENCES = {
    **FILE_SENTENCES,
    "note_needed": N_("请写明原因"),
    "step_not_possible": N_("这件事的状态已经变了，这一步现在不能办。请看下面最新的状态。"),
    "moved_on": N_("您打开页面以后，别人已经办了一步。请看下面最新的状态，您写的内容还在。"),
    "second_person_needed": N_("这一步要由另一个人办理。请转给同事审核。"),
}
