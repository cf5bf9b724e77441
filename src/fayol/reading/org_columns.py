"""Sheets, columns and words of the organisation workbook."""

from __future__ import annotations

from collections.abc import Mapping

from fayol.reading.sheet import Column

SHEET_NAMES: Mapping[str, frozenset[str]] = {
    "单位": frozenset(
        ["单位", "部门", "机构", "组织", "组织机构", "单位表", "部门表", "机构表", "单位清单", "部门清单"]
    ),
    "人员": frozenset(["人员", "员工", "人员表", "员工表", "人员清单", "人员名单", "通讯录", "people"]),
    "任职": frozenset(["任职", "岗位", "职务", "任职表", "岗位表", "任职清单", "任职情况", "posts"]),
    "分管": frozenset(["分管", "领导分管", "分管领导", "领导分工", "分管表"]),
    "代收": frozenset(["代收", "代收人", "领导秘书", "秘书", "代收表"]),
}


def _also(names: str) -> tuple[str, ...]:
    return tuple(names.split())


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "单位": (
        Column("code", "编码", _also("单位编码 部门编码 机构编码 代码 单位代码"), width=12),
        Column(
            "official_name",
            "名称",
            _also("单位名称 单位全称 部门名称 机构名称 全称 单位"),
            required=True,
            width=28,
        ),
        Column("short_name", "简称", _also("单位简称 部门简称"), width=14),
        Column("aliases", "别名", _also("曾用名 又称 其他名称 别称"), width=24),
        Column("parent", "上级编码", _also("上级单位编码 上级部门编码 父级编码 上级代码"), width=12),
        Column(
            "parent_name",
            "上级名称",
            _also("上级单位 上级部门 上级 上级单位名称 上级部门名称 所属单位"),
            width=20,
        ),
        Column("kind", "类别", _also("类型 单位类型 单位类别 机构类型"), width=10),
        Column("order", "排序", _also("序号 顺序 排序号"), width=7),
        Column("duties", "职责", _also("主要职责 职责摘要 部门职责 单位职责"), width=50),
        Column("is_office", "协调机构", _also("是否协调机构 综合协调机构 是否办公室"), width=10),
        Column("active", "状态", _also("启用 是否启用"), width=8),
    ),
    "人员": (
        Column("code", "工号", _also("员工号 人员编码 职工号 编号 员工编号"), width=12),
        Column("name", "姓名", _also("名字 人员姓名"), required=True, width=12),
        Column("mobile", "手机", _also("手机号 手机号码 电话 联系电话 移动电话 联系方式"), width=16),
        Column("email", "邮箱", _also("电子邮箱 邮件 电子邮件 email 邮箱地址"), width=28),
        Column("active", "状态", _also("在岗 是否在岗 在职 是否在职"), width=8),
    ),
    "任职": (
        Column("code", "工号", _also("员工号 人员编码 职工号 员工编号"), width=12),
        Column("name", "姓名", _also("人员 名字 人员姓名"), width=12),
        Column(
            "unit", "单位", _also("部门 单位名称 部门名称 所在单位 所在部门 任职单位 任职部门"), required=True, width=24
        ),
        Column("unit_code", "单位编码", _also("部门编码 机构编码"), width=12),
        Column("title", "职务", _also("岗位 职务名称 岗位名称 职位"), width=18),
        Column("role", "角色", _also("岗位角色 身份"), width=12),
        Column("order", "排序", _also("序号 顺序 排序号"), width=7),
        Column("primary", "主岗", _also("是否主岗 主职 是否主职"), width=8),
    ),
    "分管": (
        Column("leader", "领导", _also("分管领导 领导姓名 领导工号 姓名"), required=True, width=14),
        Column("unit", "单位", _also("分管单位 分管部门 部门 单位名称"), required=True, width=24),
        Column("order", "排序", _also("序号 顺序"), width=7),
    ),
    "代收": (
        Column("leader", "领导", _also("领导姓名 领导工号 本人"), required=True, width=14),
        Column("secretary", "代收人", _also("秘书 联系秘书 代收人姓名 代收人工号"), required=True, width=14),
        Column("order", "排序", _also("序号 顺序"), width=7),
    ),
}

LONGEST: Mapping[str, int] = {
    "official_name": 120, "short_name": 40, "code": 40, "name": 60, "mobile": 30, "email": 254, "title": 60,
    "parent": 120, "parent_name": 120, "unit": 120, "unit_code": 40, "duties": 10_000,
}  # fmt: skip

KIND_WORDS: Mapping[str, str] = {
    "organisation": "单位", "leaders": "领导班子", "department": "部门", "team": "班组", "external": "外部单位",
}  # fmt: skip
ROLE_WORDS: Mapping[str, str] = {
    "leader": "领导", "head": "负责人", "deputy": "副职", "coordinator": "协调员", "liaison_a": "联络员A",
    "liaison_b": "联络员B", "member": "成员",
}  # fmt: skip


def _spelt(words: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Every spelling, squeezed, with its code; the codes themselves count too."""
    known = {code: code for code in words} | {word.casefold(): code for code, word in words.items()}
    return known | {name.casefold(): code for code, names in more.items() for name in names.split()}


KINDS: Mapping[str, str] = _spelt(
    KIND_WORDS,
    {
        "organisation": "公司 集团 组织 机关 法人单位 本单位",
        "leaders": "领导 领导层 班子 公司领导",
        "department": "科室 处室 部室 职能部门 中心 分公司 子公司",
        "team": "组 小组 工作组 专班 项目组 工作专班",
        "external": "外部 外单位 供应商 外协 合作单位",
    },
)
ROLES: Mapping[str, str] = _spelt(
    ROLE_WORDS,
    {
        "leader": "公司领导 单位领导 分管领导 班子成员",
        "head": "主要负责人 部门负责人 单位负责人 正职 一把手 部门长",
        "deputy": "副负责人 部门副职 分管负责人 副部门长",
        "coordinator": "综合协调员 协调人 督办员",
        "liaison_a": "联络员a角 a角 联络员 第一联络员 接口人",
        "liaison_b": "联络员b角 b角 第二联络员 后备联络员",
        "member": "员工 职工 一般人员 工作人员 普通成员",
    },
)
