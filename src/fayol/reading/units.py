"""How the names of units look, and how lists of them are written. Everything here works on flat text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from fayol.reading.elided import Raw, restore_heads, restore_prefixes

__all__ = ["Raw", "Subject", "is_group", "looks_like_unit", "restore_prefixes", "split_list", "subject_at"]

# What a unit's name ends in. Characters that also end everyday words carry a look at what stands before them.
_ENDINGS = (
    r"委员会|机关|办公[室厅]|领导小组|工作组|工作专班|专班|指挥部|联席会议|人民政府|政府|中心|公司"
    r"|集团|单位|部门|机构|小组|车间"
    r"|事务所|研究[院所]|(?:实验|档案|图书|督查|信息|督导|研究|秘书|值班|保密|资料|财务|综合|调研"
    r"|法规|人事|政工|行政)室|大学|学院|学校|医院|银行"
    r"|[分支总央农]行|人行|协会|学会|商会|联合会|工会|基金会|[理董监]事会|[安管组执食居村科文侨]委会"
    r"|[证保银]监会|促进会"
    r"|党[委组]|[党纪编]工?委|监委|团[委]|街道(?:办(?:事处)?)?|法院|检察院|海关|支队|总队|大队|中队"
    r"|部队|派出所|残联|文联|科协|妇联|工商联|侨联|社科联"
    r"|作协|贸促会|总社|供销社|报社|通讯社|出版社|合作社|[农渔]场|园区|开发区|高新区|新区|院校|高校"
    r"|企业|智库|(?:评价|社会|党|群团|经济|自治|学术|中介|行业)组织|部室(?:和人员)?|科室|处室|部门和人员|银保监会"
    r"|(?<![全内外干局大一西东南北上下底头面胸])部|(?<!常)(?<!政)委|(?<![全布大格结开定当])局|(?<![大餐客])厅"
    r"|(?<![主协承督经举交催领开查筹合兴代自包报申补速特新])办|(?<![大])院|(?<!部)署"
    r"|(?<![好到惩查判一各此何用害坏出前所])处|(?<![学本专理工文百外内])科|(?<![教卧浴])室|(?<![上打])司"
    r"|(?<![改重])组|(?<![集社])团|兵团|(?<![军排])队|(?<!网)站|(?<![场厕])所"
    r"|(?<!图书)(?<!场)馆|各地|地方|(?<!各)地区|各地区|省份|[各有相其他关该]{1,3}(?:地|市|县|区|省|村|社区|镇|乡|街道)|(?:公路|工务|电务|车务|机务|供电|养路)段"
)
ENDING = re.compile(f"(?:{_ENDINGS})$")
_PLACE_END = re.compile(r"[\u4e00-\u9fff](?:省|市|县|区|州|旗|镇|(?<!城)乡|盟)$")
_NOT_A_UNIT = re.compile(
    r"(?:全部|社会|机会|大会|会议|城市|超市|小区|山区|灾区|家庭|市场|专题会|现场会|外部|内部|领域"
    r"|环境|平台|体系|机制|制度)$"
)

# Groups: words that stand for several units of a kind.
GROUP = re.compile(
    r"^(?:国务院|中央|省|市|县|区|州|全[省市县区司]|本[省市县区]|公司|集团|机关|市直|省直|县直|区直)*(?:级)?"
    r"(?:各|其他|其余|其它|所有|全体|有关|相关|上述|以上|承办|办理|责任|牵头|配合|成员|参与|协办|主办"
    r"|行业主管|主管|基层|下属|所属|级|市直|省直|县直|区直|直属|省级|市级|县级){1,5}"
    r".{0,14}(?:部门|单位|地区|部室|科室|处室|地|政府|市|县|区|省|企业|机构|镇|街道|公司|办|委办局"
    r"|车间|小组|村|社区|乡|支部|项目部|分公司|高校|院校|学校|医院)(?:和单位|单位|和部门)?$"
)
VAGUE_GROUP = re.compile(r"有关|相关|涉及")

_GENERIC = re.compile(r"^(?:部门|单位|地区|企业|机构|人员|个人|组织|专家|政府|个人|群众|其他|公司)+$")
_COUNTED = re.compile(
    r"(?:(?:等)?(?:\d+|[一二两三四五六七八九十]+)(?:个|家)(?:部门|单位|成员单位|委办局|有关部门"
    r"|相关部门)?(?:和单位|和部门|组成)?)$"
)
_ETC_BARE = re.compile(
    r"等(?:\d+|[一二两三四五六七八九十]+)?[个家]?(?:部门|单位|部委|成员单位|群团组织|社会组织|群团)?(?:和单位|和部门)?$"
)
_ETC_GROUP = re.compile(
    r"等(?:\d+|[一二两三四五六七八九十]+)?[个家]?(?=(?:国务院|中央|省|市|县|区|各|有关|相关|其他|其它"
    r"|和|及|与).{0,16}$)"
)
_LEVEL_PAIR = re.compile(
    r"[省市县区州旗镇乡)）盟]、(?=(?:自治[区州县]|直辖市|计划单列市|[县区州旗镇乡市盟](?:[（、政人级]"
    r"|$))|街道|[县区市]直|乡镇)"
)
_BARE_LEVEL = re.compile(r"(?:各|有关|相关|所有)*(?:[省市县区州旗乡镇]|设区市|自治[区州县])")
_LEVEL_NEXT = re.compile(r"(?:[县区州旗镇乡市盟]|自治|直辖|街道)(?![级直]|场监)")
# "各省、自治区、直辖市和计划单列市税务局": a row of levels with one head is one name.
_LEVEL_ROW = re.compile(
    r"(?:各|有关|相关)?(?:省|设区市|市|县)(?:、(?:自治区|自治州|直辖市|计划单列市|市|县|区|旗))+"
    r"|(?:各|有关|相关)(?:省|市|县|区)"
)
_LEVEL_GOES_ON = re.compile(
    r"(?:计划单列市|自治区|直辖市|县级市|县|区|旗)(?!级|直)[（\u4e00-\u9fff]*(?:局|厅|委|政府|部门|机关)"
)
_JOINER = re.compile(r"以及|(?<!涉)及(?!时)|和|与|、|，|,|/|；")
_LEADING = re.compile(r"^(?:由|请|和(?!平|田|县|龙|静|硕)|及|以及|与|会同|其中|包括|：|、|，|；|。|\.|\d+[.、])+")
_TRAILING = re.compile(
    r"(?:等|共同|分别|按照?(?:各自)?(?:的)?职[责能]分工|按职责|各自|具体|一并|联合|、|。|\.|；|：)+$"
)
_NOT_A_NAME = re.compile(r"均[为需由]|以下|下同|标注|适用|详见|见附|除.{1,12}外|[。；？！]|持续推进|完成时限|^\d+$")
_ROLE_NOTE = re.compile(r"（(?:牵头|主办|主责|责任)(?:单位|部门|负责)?）$")


def looks_like_unit(name: str) -> bool:
    core = _without_note(name)
    if _NOT_A_UNIT.search(core) or len(core) < 2:
        return False
    return bool(ENDING.search(core) or _PLACE_END.search(core))


def _without_note(name: str) -> str:
    while name.endswith("）") and "（" in name:
        name = name[: name.rfind("（")]
    return name


def is_group(name: str) -> bool:
    return bool(GROUP.match(name))


def is_vague(name: str) -> bool:
    """有关部门, 相关单位: nobody can say from the text which they are."""
    return is_group(name) and bool(VAGUE_GROUP.search(name))


def split_list(text: str, start: int, end: int) -> list[Raw]:
    """Names in a stretch that is known to be a list of units ("A、B、C等部门和各地区")."""
    found: list[Raw] = []
    for left, right in _pieces(text, start, end):
        found.extend(_cleaned(text, left, right))
    return restore_prefixes(restore_heads(text, found))


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut at 、 ， and at 和 及 与 between two whole names; never inside brackets or 市、县（市、区）."""
    kept = {match.start() + 1 for match in _LEVEL_PAIR.finditer(text, start, end)}
    nested = _nested(text, start, end)
    pieces: list[tuple[int, int]] = []
    left = start
    for match in _JOINER.finditer(text, start, end):
        at = match.start()
        if at < left or at in kept or nested[at - start]:
            continue
        word = match.group()
        if word == "、" and _BARE_LEVEL.fullmatch(text, left, at) and _LEVEL_NEXT.match(text, match.end(), end):
            continue
        if word == "、" and _GENERIC.match(_next_piece(text, match.end(), end)) and text[at + 1 : at + 5] != "组织部门":
            continue
        if word not in "、，,/；" and not _joins_names(text, left, at, match.end(), end):
            continue
        pieces.append((left, at))
        left = match.end()
    pieces.append((left, end))
    return pieces


def _next_piece(text: str, start: int, end: int) -> str:
    """The next name of a list, as far as its next separator; "部门和单位" counts as one."""
    return re.split(r"[、，；等（]", text[start:end], maxsplit=1)[0].replace("和", "")


def _nested(text: str, start: int, end: int) -> list[bool]:
    depth, inside = 0, []
    for char in text[start:end]:
        if char in "（《“":
            depth += 1
        inside.append(depth > 0)
        if char in "）》”":
            depth = max(0, depth - 1)
    return inside


def _joins_names(text: str, left: int, at: int, after: int, end: int) -> bool:
    """和 is part of 工业和信息化部 but joins 教育部和财政部: both sides must be whole names."""
    before = text[left:at]
    stop = _JOINER.search(text, after, end)
    behind = text[after : stop.start() if stop else end]
    if before.endswith("等") or _COUNTED.search(before):
        return True
    if not looks_like_unit(before) or not behind:
        return False
    if _LEVEL_ROW.match(text, after, end):
        return True
    if _LEVEL_ROW.fullmatch(before) and _LEVEL_GOES_ON.match(behind):
        return False
    head = _TRAILING.sub("", _ETC_BARE.sub("", behind))
    if _GENERIC.match(head):
        return False
    # The other side may itself contain 和 (X和工业和信息化部): look at the whole rest as well.
    rest = _TRAILING.sub("", _ETC_BARE.sub("", text[after:end].split("、")[0].split("，")[0]))
    return looks_like_unit(head) or looks_like_unit(rest) or head.startswith(("各", "有关", "相关", "其他"))


def _cleaned(text: str, left: int, right: int) -> list[Raw]:
    piece = text[left:right]
    lead = _LEADING.match(piece)
    if lead and lead.end() < len(piece):
        left += lead.end()
    etc = _ETC_GROUP.search(text[left:right])
    if etc and etc.start() > 0:
        at = left + etc.start()
        return [*_cleaned(text, left, at), *_cleaned(text, left + etc.end(), right)]
    piece = text[left:right]
    while True:
        shorter = _TRAILING.sub("", _ETC_BARE.sub("", piece))
        shorter = _COUNTED.sub("", shorter)
        if shorter == piece:
            break
        piece = shorter
    noted = _ROLE_NOTE.search(piece)
    name = piece[: noted.start()] if noted else piece
    if name.startswith("其") and name[1:2] not in "他余它":
        name, left = name[1:], left + 1
    label = name.rfind("：")
    if label >= 0:
        name, left = name[label + 1 :], left + label + 1
    if "由" in name[1:] or _NOT_A_NAME.search(name):
        return []
    if len(name) < 2 or len(name) > 40 or name in ("部门", "单位", "有关", "相关", "下同", "负责", "地区"):
        return []
    return [Raw(name, left, left + len(name), noted_lead=bool(noted))]


# --- names in running text -------------------------------------------------------------------------------------

_BAD_START = (
    r"对(?!外|台|口)|把|将|在|从|向|以|按|经(?!信|济|贸|发|开|营|委|办)|据|凡|如(?!皋|东)|若|因"
    r"|当(?!地|涂|阳)|除|使(?!用)|让|给|被|为"
    r"|于(?!都|洪|田)|到|至|自(?!然|治|贸)|并|而|且|但|或|不|未|无(?!锡|线)|没|是|可|能(?!源)|所(?!有"
    r"|属)|该项|此|这|那|我们|本文|他|她|它"
    r"|督促|鼓励|支持|推动|引导|加强|推进|组织(?!部|单位|人事)|完善|建立|落实|强化|优化|开展|实施(?!单位"
    r"|机构|主体)|健全|加快|深化|提升|提高|促进(?!会)|发挥"
    r"|依托|利用|结合|围绕|针对|根据|通过"
    r"|做[大强优实细好精]|考核(?!办|组|中心)|联系(?!人|点|会议|单位|部门)|衡量|联合(?!国|会|体|党|工会|总会|办|组|采购)|关于|有利|有条件|要求|负责(?!单位|部门|人)|配合(?!单位|部门)|参与(?!单位|部门)|参加(?!单位)"
    r"|协助(?!单位|部门)|牵头(?!单位|部门|人|责任|处|科)"
    r"|会同|研究(?!院|所|室)|制定|编制(?!委|办|单位)|明确|确保|做好|抓好|切实|积极|进一步|充分|认真"
    r"|坚持|推广|探索|打造|构建|建设(?!部|厅|局|委|单位|银行|集团|公司|管理|指挥)"
    r"|设立|成立|召开|批准|接受|授权(?![^，。；]{0,6}(?:单位|部门|机构|主体))|委托|指导(?!单位|组|中心|处)|协调(?!办|处|小组|组|委)|监督(?!局|管理|处"
    r"|所)|检查(?!组|院)|审查(?!部门|机构)|审核(?!部门"
    r"|机构)|报(?!社|业)|送|抄送|印发|转发|发布|公布|提出|提交|形成|规范|依法|依照|遵循|贯彻|学习"
    r"|严格|全面|统筹|持续|着力|大力|重点|优先|适时|及时|尽快|近期"
    r"|目前|同时|此外|另外|其中|例如|包括|含|即|批转|建议|同意|确定|听取|厚植|带动|指定|转送|聚焦"
    r"|增强|激发|扩大|吸引|允许|禁止|严禁|防止|避免|坚决|采取|选择|认定"
    r"|帮助|动员|发动|联动|拓展|畅通|培育|培养|搭建|壮大|增加|减少|降低|维护|尊重|实行|推行|推出|出台"
    r"|清理|整治|整合|梳理|汇聚|汇总(?!单位|部门)|构筑|营造|改善|改进|巩固"
    r"|发展(?!改革|和改革|研究|规划|委|中心|部|公司|集团|银行)|引进|选派|选树|调集|责令|动用|解决"
    r"|存在|发现|增设|借鉴|借助|参照|纳入|列入|作为|分别|共同|正式"
    r"|主动|有序|深入|广泛|稳步|逐步|率先|最终|办理(?!单位|机构|部门)|承担(?!单位)|承办(?!单位|部门"
    r"|科室|机构|处室)|主办(?!单位|部门)|协办(?!单位|部门)"
    r"|协同(?!配合|单位|部门)|关于|应(?!急)|要|须|需|必须|应当|请|由|和(?!平|田|县|龙)|与|及|等|的|了"
)
_FORBIDDEN = re.compile(
    r"的|了|把|被|通过|根据|依托|鼓励|加强|推进|完善|落实(?!单位|部门)|强化|优化|开展|实施(?!单位|机构|主体|部门)|健全|加快|提升|提高"
    r"|结合|围绕|建立|成立|设立|组建|构建|不得|可以|已|曾|拟(?!订"
    r"|定)|(?<![机主重])要(?!害)|率(?!先)|列出|列明|(?<![申邀报提])请(?!示)|自(?![然治贸由主动控来])|(?<![情日晚电海申通公])报(?![社业刊告务道关])|均(?![安瑶州县])|提请|报请|邀请|采取|委托|应当|必须|需要|负责(?!人|单位|部门)|会同|配合(?!单位"
    r"|部门|）)|参与(?!单位|部门|）)|协助(?!单位"
    r"|部门|）)|由|是|除|为(?!民)|关于|在|向|将|到|以(?!上|下)|问题|情况"
)

_BAD = re.compile(_BAD_START)
_NAME_CHARS = re.compile(r"[\u4e00-\u9fffA-Za-z0-9〇·]{1,28}(?:（[^（）]{1,24}）)?[\u4e00-\u9fff]{0,6}")
# "考核医院", "激励企业": a verb and a kind, not a name.
_VERB_AND_KIND = re.compile(
    r"(?:考核|衡量|评价|激励|奖励|惩罚|约束|服务|资助|补助|扶持|走访|慰问|考察|抽查|表扬|批评|约谈|问责|倒逼|监管|辅导"
    r"|要求|敦促|对接|联系|面向|涉及|惠及|覆盖|调动|补贴|补偿|奖补|通报|检查|督导|指导|协调|促进)"
    r"(?:各|有关|相关|全部|所有|辖区)?(?:医院|企业|学校|高校|院校|机构|地方|各地|地区|社区|乡镇|银行|公司|团队)"
)
_PERSON = re.compile(
    r"(?:负责人|负责同志|召集人|主持人|主任|组长|秘书长|[县市省区部局厅院校处科]长|书记|督查员|联络员"
    r"|专员|成员|经理|总监|领导|领导同志|指挥长?)$"
)
# The people of a unit: what they are told is told to the unit. A named post (副主任) stays a post.
_PEOPLE_OF = re.compile(
    r"(?:的)?(?:全体|主要|分管|有关|相关)?(?:班子成员|负责人|负责同志|领导同志|领导干部|主要领导|分管领导)$"
)
_NOT_A_POST = re.compile(r"[了把被，向]|担任|需要|应当|必须|以上|负责(?!人(?![民才力事口])|同志)")
_ETC_END = re.compile(
    r"等(?:\d+|[一二两三四五六七八九十]+)?[个家]?(?:(?:有关|相关|其他|各|省级|市级|县级|国务院|中央"
    r"|市直|省直|县直|区直|成员|职能|主管|行政|责任)*(?:部门"
    r"|单位|地区|部室|科室|方面|部委)(?:和单位)?|(?:群团|社会)组织)?$"
)
_STOP = re.compile(r"[，。；：！？“”《》]")
_COMPOUND = re.compile(r"^(?:各|有关|相关|全)?(?:部门|单位|地区|市|县|区|省|镇|乡)+$")


# "县级以上人民政府负责药品监督管理的部门": the name goes on.
_NAME_GOES_ON = re.compile(
    r"(?:负责|管理|主管|承担|从事)[^，。；、的]{2,20}的(?:部门|机构|单位|机关)"
    r"|(?:登记|审核|审查|检查|监测|评估|管理|统计|受理|办理|征收|采购|编制|承办|协办|监督|调查|审批|认定|验收|运营|实施|建设|制定|起草"
    r"|承担|主办|主持|召集|支付|发布|汇总|协调|处理|处置|配合|参与)(?:管理)?(?:机构|部门|单位|机关|主体)(?!的工作|职工|人员)"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Units that stand together at one place, and where the text goes on."""

    units: tuple[Raw, ...]
    start: int
    end: int
    person: bool = False


def subject_at(text: str, start: int, end: int, follow: re.Pattern[str]) -> Subject | None:
    """The units named from `start` on, when one of `follow` comes directly after them."""
    if _BAD.match(text, start, end):
        return None
    stop = _STOP.search(text, start, end)
    limit = min(stop.start() if stop else end, start + 260)
    tries = 0
    for match in follow.finditer(text, start, min(end, limit + 12)):
        cut = match.start()
        if cut > limit or tries >= 8:
            break
        if cut - start < 2 or text[cut - 1] in "、和及与" or _NAME_GOES_ON.match(text, cut, end):
            continue
        tries += 1
        found = _as_subject(text, start, cut)
        if found:
            return found
    return None


def _as_subject(text: str, start: int, cut: int) -> Subject | None:
    phrase = text[start:cut]
    bare = _ETC_END.sub("", phrase)
    items = split_list(text, start, cut)
    if not items or not bare:
        return None
    last = items[-1]
    if _PERSON.search(_without_note(last.name)) and not looks_like_unit(last.name):
        whole = Raw(phrase, start, cut)
        people = _PEOPLE_OF.search(phrase)
        if people and not _bad_name(phrase[: people.start()]):
            unit = _as_subject(text, start, start + people.start())
            return replace(unit, end=cut) if unit else None
        if len(phrase) <= 30 and not _BAD.match(phrase) and not _NOT_A_POST.search(phrase):
            return Subject((whole,), start, cut, person=True)
        return None
    shared = bare != phrase or looks_like_unit(last.name) or bool(last.suffix)
    if not shared:
        return None
    units = _checked(_with_of(text, items), shared=shared)
    return Subject(tuple(units), start, cut) if units else None


# A class of units by what they do: "其他承担科研任务的单位"; only beside a unit that is one for sure.
_CLASS = re.compile(
    r"(?:其他|其它|其余|有关|相关|各|承担|从事|参与|涉及|具备|具有)[^，。；：、的]{0,20}"
    r"的?(?:单位|部门|机构|企业|地区|高校|院校|学校|医院|公司)"
)
_DOING = re.compile(r"[\u4e00-\u9fff]{2,6}(?:单位|部门|机构)")
# Organs named by what they belong to: "国务院各部委、各直属机构的社会团体管理机构".
_ORGAN_OF = re.compile(r"(?P<of>[^的]{2,24})的[^的]{2,14}(?:机构|机关|部门|委员会|办公室|中心)")
_CHARGED = re.compile(
    r"(?P<of>[^的]{2,30}?(?:人民政府|政府|管理委员会))(?:负责|管理|主管|承担)[^的]{2,20}的(?:部门|机构|单位|机关)"
)


def _checked(items: list[Raw], *, shared: bool) -> list[Raw]:
    """All of the list when each looks like a unit; one that does not is kept, unsure, beside one that does."""
    result: list[Raw] = []
    for item in items:
        whole = looks_like_unit(item.name) or bool(item.suffix)
        good = whole or (shared and len(item.name) <= 8)
        if good and (not _bad_name(item.name) or _is_organ_of(item.name)):
            result.append(item if whole else replace(item, unsure=True))
        elif len(items) > 1 and (_CLASS.fullmatch(item.name) or _DOING.fullmatch(item.name)):
            result.append(replace(item, unsure=True))
        else:
            return []
    return result if any(not item.unsure for item in result) else []


def _is_organ_of(name: str) -> bool:
    match = _CHARGED.fullmatch(name) or _ORGAN_OF.fullmatch(name)
    if match is None:
        return False
    head = match["of"].replace("、", "")
    return not (_FORBIDDEN.search(head) or _BAD.match(head)) and (looks_like_unit(head) or is_group(head))


def _with_of(text: str, items: list[Raw]) -> list[Raw]:
    """ "A、B的C机构" is one name: the organs of A and of B."""
    result: list[Raw] = []
    for item in items:
        if _ORGAN_OF.fullmatch(item.name) and not _CLASS.fullmatch(item.name):
            before = result[-1] if result else None
            if not _is_organ_of(item.name):
                return items
            if before and text[before.end : item.start] == "、":
                result[-1] = Raw(text[before.start : item.end], before.start, item.end)
                continue
        result.append(item)
    return result


def _bad_name(name: str) -> bool:
    core = _without_note(name)
    return bool(
        _BAD.match(core)
        or _FORBIDDEN.search(core)
        or _NOT_A_UNIT.search(core)
        or _VERB_AND_KIND.fullmatch(core)
        or not _NAME_CHARS.fullmatch(name.replace("、", ""))
    )
