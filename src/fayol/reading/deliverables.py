"""What is to be on the table at the end: 《年会经费预算表》, 优秀员工建议名单."""

from __future__ import annotations

import re

_PRODUCE = (
    r"(?:研究|抓紧|尽快|组织|牵头|联合|逐步|分别|全面|加快|及时)*(?:制定|制订|出台|编制|印发|提出"
    r"|形成|报送|上报|提交|签订|确定|发布|公布|修订|起草"
    r"|拟订|完成|建立|汇总|填报|梳理|设立|修改完善|上报|建成)(?:出台|印发|发布|完善|健全|并公布|形成"
    r"|上报|实施|公布|提出|建立|报送)?(?:了|新的|一批)?"
)
_KIND = (
    r"(?:指导意见|实施意见|意见|方案|办法|规定|制度|清单|目录|标准|规范|指南|指引|报告|计划|规划|细则"
    r"|条例|名单|预案|合同|协议|机制|台账|预算表|分解表|统计表"
    r"|一览表|表|书|政策|举措|措施|纪要|通知|菜单|节目单|日程|总结|文件|事项|图|册|手册|平台|系统)"
)
_QUOTED = re.compile(rf"{_PRODUCE}(?P<what>《[^《》]{{2,60}}》)")
_NAMED = re.compile(
    rf"{_PRODUCE}(?P<what>(?=[^，。；：、（）]{{2}})[^，。；：、（）]{{0,48}}?{_KIND}(?:[和及与][^，。；：、（）]{{0,10}}?{_KIND})?)"
    rf"(?=[，。；、（]"
    rf"|和|及|并|$)"
)


def deliverable_in(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The place of the first thing to be produced, None when the words name none."""
    match = _QUOTED.search(text, start, end) or _NAMED.search(text, start, end)
    return match.span("what") if match else None
