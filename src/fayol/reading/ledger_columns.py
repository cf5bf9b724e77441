"""The columns of a 督办台账: the default ones of the handbook in their order, and what offices call them."""

from __future__ import annotations

from collections.abc import Mapping

from fayol.reading.sheet import Column


def _also(names: str) -> tuple[str, ...]:
    return tuple(names.split())


COLUMNS: tuple[Column, ...] = (
    Column(
        "number",
        "序号",
        _also("编号 序 项次 no"),
        kind="number",
        width=6,
    ),
    Column(
        "ref",
        "督办编号",
        _also("督办号 事项编号 任务编号 立项编号 文号"),
        width=16,
    ),
    Column(
        "source_kind",
        "事项来源",
        _also("任务来源 来源 督办来源 来源类别 事项类别"),
        width=10,
    ),
    Column(
        "source_ref",
        "来源文号·会议·日期",
        _also("来源文号 来源文件 来源依据 文件依据 会议名称 依据"),
        width=20,
    ),
    Column(
        "item",
        "督办事项",
        _also(
            "任务事项 工作任务 重点任务 重点工作 重点工作任务 任务 事项 工作事项 督查事项 督查内容 督办内容 "
            "任务内容 工作内容 工作任务内容 主要任务 具体任务 任务名称 工作名称 议定事项 议题决议 会议议定事项 "
            "事项内容 决议事项 主要工作 工作事项内容 任务分解 具体事项"
        ),
        required=True,
        width=44,
    ),
    Column(
        "goal",
        "工作目标/成果标准",
        _also(
            "工作目标 成果标准 目标要求 完成标准 工作要求 任务目标 办理要求 办复要求 成果形式 "
            "工作目标及任务要求 目标任务 预期成果 交付成果"
        ),
        width=28,
    ),
    Column(
        "sponsor",
        "交办领导",
        _also("批示领导 交办人 批示人"),
        width=10,
    ),
    Column(
        "leader",
        "责任领导",
        _also("分管领导 牵头领导 包保领导 主管领导"),
        width=10,
    ),
    Column(
        "lead",
        "牵头单位",
        _also(
            "牵头部门 主办单位 主办部门 主办 责任单位 责任部门 承办部门 承办单位 牵头 牵头处室 牵头科室 "
            "主责单位 主责部门 牵头责任单位 责任主体 主责 承办 落实单位 落实部门 牵头单位/部门"
        ),
        required=True,
        width=16,
    ),
    Column(
        "support",
        "配合单位",
        _also(
            "配合部门 协办单位 协办部门 协办 配合 参与 参与单位 参与部门 协同单位 协同部门 配合处室 "
            "配合责任单位 参加单位 协助单位"
        ),
        width=20,
    ),
    Column(
        "responsible",
        "责任人",
        _also("经办人 联系人 承办人 具体责任人 责任人及电话 联系人及电话 具体经办人"),
        width=14,
    ),
    Column(
        "opened_on",
        "立项日期",
        _also("立项时间 交办时间 交办日期 收文时间 下达时间 下达日期 登记日期"),
        kind="date",
        width=12,
    ),
    Column(
        "acknowledged_on",
        "签收时间",
        _also("签收日期"),
        kind="date",
        width=12,
    ),
    Column(
        "due",
        "完成时限",
        _also(
            "办结时限 时间要求 截止日期 完成时间 截止时间 办理时限 时限 时限要求 要求完成时间 计划完成时间 "
            "完成日期 完成期限 办结期限 时间节点 进度要求 期限 计划完成日期 要求办结时间"
        ),
        kind="date",
        width=13,
    ),
    Column(
        "extended_due",
        "延期后时限",
        _also("延期时限 延期至 延期后完成时限 调整后时限"),
        kind="date",
        width=13,
    ),
    Column(
        "milestones",
        "阶段节点",
        _also("阶段目标 里程碑 节点 推进计划"),
        width=18,
    ),
    Column(
        "progress_note",
        "进展情况",
        _also(
            "工作动态 落实情况 工作进展 推进情况 最新进展 办理情况 完成情况 目前进展 工作进展情况 进展 办理进展 "
            "目前进展情况 落实进展"
        ),
        width=36,
    ),
    Column(
        "progress",
        "完成比例",
        _also("完成率 进度 完成进度 工作进度"),
        kind="percent",
        width=9,
    ),
    Column(
        "problems",
        "存在问题",
        _also("存在的问题 问题困难 困难问题 存在问题及原因 主要问题"),
        width=20,
    ),
    Column(
        "needs",
        "需协调事项",
        _also("需协调解决事项 需要协调的事项 需协调解决的问题 提请协调事项"),
        width=20,
    ),
    Column(
        "next_steps",
        "下一步措施",
        _also("下一步工作 下步措施 下一步打算 下一步计划 下一步工作安排 下步打算"),
        width=20,
    ),
    Column(
        "light",
        "亮灯",
        _also("红黄绿灯 预警 状态灯 亮灯情况"),
        width=8,
    ),
    Column(
        "chases",
        "催办次数",
        _also("催办"),
        kind="number",
        width=9,
    ),
    Column(
        "check",
        "核查意见",
        _also("核实意见 审核意见 督查意见 核查情况"),
        width=18,
    ),
    Column(
        "closed_on",
        "办结日期",
        _also("办结时间 销号日期 销号时间 实际完成时间 实际完成日期"),
        kind="date",
        width=12,
    ),
    Column(
        "on_time",
        "是否按时",
        _also("是否按期 按时完成 是否按时完成"),
        width=9,
    ),
    Column(
        "rating",
        "评价",
        _also("评价意见 考核评价 办理评价"),
        width=10,
    ),
    Column(
        "remarks",
        "备注",
        _also("说明 备考"),
        width=16,
    ),
)

TIME_COLUMNS: tuple[Column, ...] = (
    Column("unsigned", "未签收用时（工作日）", kind="number", width=10),
    Column("working", "办理用时（工作日）", kind="number", width=10),
    Column("waiting_other", "等其他单位用时（工作日）", kind="number", width=10),
    Column("waiting_leader", "等领导用时（工作日）", kind="number", width=10),
    Column("waiting_office", "等协调办用时（工作日）", kind="number", width=10),
)
"""Written after the default ones; known again when read, and then passed over: nobody types them."""

BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}
