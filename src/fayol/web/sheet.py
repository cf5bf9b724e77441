"""Example values for the component sheet: the cases of the design guide."""

from __future__ import annotations

from fayol.kernel.text import gettext_noop as _
from fayol.web.components import (
    Badge,
    Ball,
    Choice,
    Confidence,
    Crumb,
    Empty,
    Light,
    Mark,
    MoveBar,
    Option,
    Quote,
    Receipt,
    Rung,
    Seg,
    Shift,
    Stageline,
    Track,
)  # fmt: skip

lights = [
    Light("red", "超期2天"),
    Light("amber", "还剩1天"),
    Light("green", "正常"),
    Light("grey", "未启动"),
    Light("done", "已办结"),
]
balls = [
    Ball("周岚", "核实反馈", "2个工作日", "me"),
    Ball("李敏", "待反馈", "今天起"),
    Ball("吴志强", "待签收", "超2个工作日", "late"),
    Ball("湖畔国际会议中心", "外部单位"),
    Ball("已办结", "", "11月12日", "none"),
]
my_move = MoveBar("签收任务", mine=True, meta="总裁办 林晓雯 今天09:12交办，请于11月19日17:00前签收")
their_move = MoveBar("反馈进展", "李敏", "人力资源部", "自11月16日起，已2个工作日。现在不需要您操作。")
no_move = MoveBar("已办结", meta="11月30日核实通过")
stage_lines = [
    Stageline(2, ["11/9", "11/10", "当前"]),
    Stageline(2, ["11/9", "11/10", "11/18"], "商榷"),
    Stageline(6, ["11/9", "11/10", "11/10", "11/16", "11/17", "11/17"]),
]
segs = [Seg(0, "待签收"), Seg(2, "已承诺"), Seg(2, "商榷中", True), Seg(4, "待核实"), Seg(6, "已办结")]
rungs = [
    Rung("todo", "领导简报", "顾明远", "11月24日 9:00"),
    Rung("todo", "协调办", "林晓雯", "11月23日 9:00"),
    Rung("next", "部门负责人", "王建国", "明天 9:00", "下一级，到时自动提醒"),
    Rung("done", "联络员", "孙悦", "今天 9:00", "已读"),
    Rung("done", "承办人", "周岚", "11月17日 9:00", "已读"),
]
track = Track(["18", "19", "20", "23", "24", "25", "26", "27", "30", "1", "2"], 3, 7, 4, 9, "编制")
shifted = Shift("11月20日", "11月26日", "red")
receipts = [Receipt(kind) for kind in ("self", "proxy", "phone", "told", "read", "sent", "fail")]
confidences = [
    Confidence(3),
    Confidence(2, "沿用上句牵头：会务组"),
    Confidence(1, "补齐牵头和期限后才能交办"),
]
marks = [
    Mark("lead", "牵头", "由财务部牵头"),
    Mark("support", "配合", "人力资源部、会务组配合"),
    Mark("due", "期限", "11月30日前"),
    Mark("out", "成果", "《年会经费预算表》"),
    Mark("ask", "没有日期", "尽快"),
]
words = Quote("同意乙方案。请销售部今日下班前取得客户书面同意，不得口头答复。", "顾明远", "11月18日09:40")
options = [
    Option("甲", "A", "加班赶制，12月10日全交", "多花18万元；挤占二号车间整改"),
    Option("乙", "B", "分两批，10日60台、18日40台", "不加钱；须客户书面同意", "两部门都可接受"),
    Option("丙", "C", "12月18日全交", "按合同赔约26万元；客户评级或下调"),
]
choices = [
    Choice("reply", "counter", "改到12月2日", "按上游新日期顺推。需赵启航同意", True),
    Choice("reply", "reaffirm", "仍按11月30日", "编制压到2天，由您保证"),
    Choice("reply", "decline", "办不了，退回", "须写理由，将转给部门负责人 王建国"),
]
badges = [
    Badge("督〔2026〕118号"),
    Badge("撞车", "red"),
    Badge("待补", "amber"),
    Badge("已定", "green"),
    Badge("牵头", "ink"),
    Badge("配合", "indigo"),
]
crumbs = [Crumb("年会筹备", "#"), Crumb("任务1184")]
nothing = Empty("没有轮到您的事", "下一件：财务部 周岚11月19日17:00前答复期限。", "/", "看台账")
nothing_small = Empty("今天没有会。", url="/", action="找时间开会", drawn=False)
states = [
    (_("拟办"), "draft", Ball("林晓雯", "待交办"), _("交办"), _("存草稿、删除")),
    (_("待签收"), "assigned", Ball("周岚", "待签收"), _("签收"), _("承诺期限、商榷期限、退回")),
    (_("已签收"), "acknowledged", Ball("周岚", "待承诺"), _("承诺期限"), _("商榷期限、退回")),
    (_("商榷中"), "countered", Ball("赵启航", "待答复"), _("同意"), _("维持原要求")),
    (_("已退回"), "declined", Ball("林晓雯", "待重派"), _("重新交办"), _("维持原要求、撤销")),
    (_("办理中"), "promised", Ball("周岚", "待反馈"), _("反馈进展"), _("申请改期、移交")),
    (_("挂起"), "on_hold", Ball("赵启航", "待恢复"), _("恢复"), ""),
    (_("待核实"), "reported", Ball("林晓雯", "待核实"), _("核实通过"), _("退回重办")),
    (_("退回重办"), "handed_back", Ball("周岚", "待再反馈"), _("反馈完成"), _("申请改期")),
    (_("已办结"), "fulfilled", Ball("已办结", "", "11月30日", "none"), "", _("重新打开")),
]
