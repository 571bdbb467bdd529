"""The sentence for each reason that a whole file is not taken."""

from portal.core.text import N_

SENTENCES = {
    "file_missing": N_("请选择要导入的文件。"),
    "file_unreadable": N_("无法读取文件：%(detail)s。"),
    "file_empty": N_("文件是空的。"),
    "file_too_large": N_(
        "文件超过%(most)s兆，什么都没有导入；请拆成几个文件，每个都带表头，或由管理员用命令导入。"
    ),
    "file_not_stored": N_("现在存不了文件，什么都没有导入；请过一会儿再交一次。"),
    "file_lost": N_("存着的文件取不出来了，什么都没有导入；请再交一次。"),
    "file_utf16": N_("文件是UTF-16编码；请另存为“CSV UTF-8（逗号分隔）”后重新导入。"),
    "file_kind_unknown": N_("这不是CSV、XLS或XLSX文件；请从源系统重新导出。"),
    "workbook_too_large": N_("工作簿超过%(megabytes)d MB；请另存为CSV（save as CSV）后重新导入。"),
    "workbook_broken": N_("工作簿打不开；请用电子表格软件打开后另存，再重新导入。"),
    "encoding_unknown": N_("文件既不是UTF-8也不是GB18030编码；请另存为“CSV UTF-8”后重新导入。"),
    "quote_not_closed": N_("第%(line)d行的引号没有闭合，其后的内容无法分行；请从源系统重新导出。"),
    "header_unknown": N_("认不出表头（%(header)s）；请用模板的列名，或指明种类。"),
    "columns_missing": N_("按“%(kind)s”读取，缺少这些列：%(columns)s。"),
    "columns_repeated": N_("这些列出现了不止一次：%(columns)s；请只保留一列。"),
    "kind_needed": N_("文件没有“信息类别”一列；请指明种类。"),
    "helper_died": N_(
        "读取文件的进程意外结束（可能是内存不足），本文件没有导入任何内容；请再导入一次。"
    ),
    "note_missing": N_("请写明怎样处理的，至少4个字"),
    "fault_closed": N_("这一条已经处理过了。"),
    "no_such_upload": N_("没有这个编号的文件；不带参数运行可以列出全部文件。"),
    "receipt_known": N_("这个文件已经有回执：%(receipt)s。"),
}
