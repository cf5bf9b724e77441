"""What a list of units says once for several of them: the level in front, the head behind.

省科技厅、财政厅 → 省科技厅, 省财政厅; 发展改革、财政部门 → 发展改革部门, 财政部门; 甲市、乙市人民政府 → both in full.
Nothing is added that is not written in the list; what is restored keeps the place it was taken from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Raw:
    """A unit as read: `text[start:end]` of the flat text it was found in; `prefix` and `suffix` are what another name
    in the same list gave it, standing at `prefix_at` and `suffix_at`; `noted_lead` when the list itself marks it
    （牵头）; `unsure` when only its place in a list of units says that it is one."""

    name: str
    start: int
    end: int
    prefix: str = ""
    prefix_at: int = 0
    suffix: str = ""
    suffix_at: int = 0
    noted_lead: bool = False
    unsure: bool = False

    @property
    def full(self) -> str:
        return self.prefix + self.name + self.suffix


_LEVEL = re.compile(r"^(省|市|县|区|州|旗)(委)?(?!级|直|属|域|场|民|长|内|外|政|县|市|区|、|各|有关|相关)")
_PROVINCES = (
    "北京|天津|河北|山西|内蒙|辽宁|吉林|黑龙|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东"
    "|广西|海南|重庆|四川|贵州"
    "|云南|西藏|陕西|甘肃|青海|宁夏|新疆|香港|澳门|台湾"
)
_HAS_OWN = re.compile(
    rf"^(?:国|中国|中央|全|各|有关|相关|其|上述|以上|驻|在|人民银行|人行|行业|基层|本|两|三|{_PROVINCES})"
    rf"|^.{{0,4}}(?:[省县州旗镇]"
    rf"|(?<!城)市(?!场)|(?<!城)乡|(?<![社地园灾片])区)(?!域)|^.{{2,8}}(?:大学|学院|实验室|公司|集团"
    rf"|银行|分行|支行|企业|单位|部门|院校|医院|政府)"
)
_PARTY = re.compile(r"(?:宣传|组织|统战)部|政法委|网信办|编办|金融办|政研室")
_ELIDABLE = re.compile(
    r"(?:厅|局|委|办|室|部|院|署|工商联|科协|残联|妇联|总工会|团委|法院|委员会|总队|支队|供销社|社科联)$"
)


_KIND_OF = re.compile(r"(?:行政|主管|监督管理|监管)部门$")
_HAS_KIND_OWN = re.compile(r"国|各|省|市|县|区|地方|有关|相关|其他|其它|其余|上级|下级|同级|本级|行业")


def restore_prefixes(raws: list[Raw]) -> list[Raw]:
    """省科技厅、工业和信息化厅 → 省工业和信息化厅: the level named once stands for the names after it."""
    level, at, party_at, state_at = "", 0, -1, -1
    result = []
    for raw in raws:
        if raw.name.startswith("国务院"):
            state_at = raw.start if _KIND_OF.search(raw.name) else state_at
        elif state_at >= 0 and not raw.prefix and _KIND_OF.search(raw.name) and not _HAS_KIND_OWN.match(raw.name):
            raw = replace(raw, prefix="国务院", prefix_at=state_at)
        own = _LEVEL.match(raw.name)
        if own:
            level, at = own.group(1), raw.start
            party_at = raw.start if own.group(2) else party_at
        elif level and not raw.prefix and _ELIDABLE.search(raw.name) and not _HAS_OWN.match(raw.name):
            if party_at >= 0 and _PARTY.fullmatch(raw.name):
                raw = replace(raw, prefix=level + "委", prefix_at=party_at)
            else:
                raw = replace(raw, prefix=level, prefix_at=at)
        result.append(raw)
    return result


# Fields of work that stand for the department of that field where "部门" follows for all of them.
_FIELD = (
    r"司法行政|国家安全|人力资源(?:和)?社会保障|住房(?:和)?城乡建设|劳动(?:和社会)?(?:保障)?|出入境检验检疫"
    r"|经济和信息化|工业和信息化|国防科技工业|退役军人(?:事务)?|公共资源交易|发展(?:和)?改革"
    r"|文化(?:和旅游)?|人力资源|人力社保|自然资源|生态环境|环境保护|城乡建设|交通(?:运输)?"
    r"|农业(?:农村)?|卫生(?:健康)?|卫生计生|计划生育|应急(?:管理)?|市场监管|医疗保障|机构编制"
    r"|科学技术|国家安全|安全监管|知识产权|食品药品|城市管理|综合执法|纪检(?:监察)?|质量监督|新闻出版"
    r"|广播电视|国土(?:资源)?|乡村振兴|民族(?:宗教)?|投资促进|政务服务|行政审批|安全生产|对外贸易"
    r"|市场营销|医疗保险|药品监管|药品监督|发展规划|审计监察|纪律检查|生产技术|安全环保|计划财务|人事行政"
    r"|综合管理|市场开发|项目管理|法律事务|风险管理|资产管理|大数据|外经贸|信息化|中医药|共青团|招投标"
    r"|供应链|发改|经信|工信|财政|税务|国税|地税|公安|司法|民政|人社|规划|环保|住建|水利|水务|农村"
    r"|商务|文旅|旅游|卫健|计生|审计|外事|国资|市场|体育|统计|医保|金融|宣传|网信|组织|统战|政法"
    r"|编制|信访|数据|科技|教育|密码|商贸|林业|林草|气象|海洋|粮食|能源|药品|药监|消防|通信|邮政"
    r"|铁路|民航|电力|城管|城市|监察|检察|审判|质检|工商|广电|物价|价格|建设|扶贫|宗教|档案|保密"
    r"|地震|测绘|招商|园林|供销|畜牧|兽医|渔业|安监|安全|人事|计划|经贸|外贸|轻工|冶金|采购|法务"
    r"|内控|生产|销售|营销|技术|研发|质量|仓储|物流|设备|信息|行政|党群|工程|运营|人资|财务|后勤"
    r"|企管|合规|品牌|客服|基建|动力|医疗|医药|质监|证券|保险|银行|外汇|交警|路政|港航|民防|人防"
    r"|双拥|老龄|妇女|青年|国防|武装|外资|口岸|烟草|盐业|电信|水文|文物|文联|史志|战略|工会|团委"
    r"|安环|综合|物资|供应|法律|风控|投资|证照|资产"
)
_HEADED = r"(?:监督管理|行政管理|监管|管理|执法|监督|监测)*"
_SPREAD = (
    r"地方各级|地方|各级|同级|本级|上级|下级|当地|省级|市级|县级|区级|国务院|中央|各地|各有关|有关|相关|各|省|市|县|区"
)
_BARE = re.compile(rf"(?P<spread>{_SPREAD})?(?:{_FIELD}){_HEADED}")
# Between bare names of a row a whole one may stand: "民政、公安、人民银行等部门".
_WHOLE = re.compile(r"[\u4e00-\u9fff]{2,14}(?:部|委|局|厅|办|院|会|署|行|社|司|联|科协|总工会|部门)")
_HEAD = re.compile(
    rf"(?P<spread>{_SPREAD})?(?:{_FIELD}|[\u4e00-\u9fff]{{2,4}}){_HEADED}(?P<head>(?:行政主管|行政|主管)?(?:部门|机关))"
)
_ETC_HEAD = re.compile(
    r"等(?:\d+|[一二两三四五六七八九十]+)?个?(?:有关|相关|各|行政|主管|职能|监管|政府|管理)*(?P<head>部门)"
)
_PLACE = re.compile(r"(?!各|有关|相关|全|本|所)[\u4e00-\u9fff]{1,7}(?:省|自治区|自治州|市|县|区|旗|盟|镇|乡)")
_PLACE_HEAD = re.compile(
    r"(?!各|有关|相关|全|本|所)[\u4e00-\u9fff]{1,7}(?:省|自治区|自治州|市|县|区|旗|盟|镇|乡)(?P<head>人民政府|政府|党委)"
)


def restore_heads(text: str, raws: list[Raw]) -> list[Raw]:
    """发展改革、财政部门; 甲市、乙市人民政府: the head written once belongs to every name of the row before it."""
    result = list(raws)
    for bare, headed in ((_BARE, _HEAD), (_PLACE, _PLACE_HEAD)):
        for index, raw in enumerate(raws):
            match = headed.fullmatch(raw.name)
            if match:
                _give(text, result, index, bare, match["head"], raw.end - len(match["head"]))
            elif bare is _BARE and (bare.fullmatch(raw.name) or _WHOLE.fullmatch(raw.name)):
                etc = _ETC_HEAD.match(text, raw.end)
                if etc:
                    _give(text, result, index + 1, bare, etc["head"], etc.start("head"))
    return result


def _give(text: str, raws: list[Raw], index: int, bare: re.Pattern[str], head: str, at: int) -> None:
    """Raws before `index`, as far back as they are bare, get the head and what stands before the first of them."""
    first = index
    while first:
        before = raws[first - 1]
        if before.suffix or not (bare.fullmatch(before.name) or (bare is _BARE and _WHOLE.fullmatch(before.name))):
            break
        # The last of a row that ends in "等部门" is followed by that, not by another name.
        ends_row = first == index and bool(_ETC_HEAD.match(text, before.end))
        if not ends_row and text[before.end : raws[first].start] not in _ROW_MARKS:
            break
        first -= 1
    while first < index and not bare.fullmatch(raws[first].name):
        first += 1
    if first == index:
        return
    spread = _BARE.fullmatch(raws[first].name) if bare is _BARE else None
    word = (spread["spread"] or "") if spread else ""
    for place in range(first, min(index + 1, len(raws))):
        raw = raws[place]
        of_row = (place < index and bool(bare.fullmatch(raw.name))) or bool(_HEAD.fullmatch(raw.name))
        if word and place > first and of_row and not _SPREAD_START.match(raw.name):
            raw = replace(raw, prefix=word, prefix_at=raws[first].start)
        given = place < index and bool(bare.fullmatch(raws[place].name))
        raws[place] = replace(raw, suffix=head, suffix_at=at) if given else raw


_ROW_MARKS = frozenset({"、", "和", "及", "与", "以及"})
_SPREAD_START = re.compile(_SPREAD)
