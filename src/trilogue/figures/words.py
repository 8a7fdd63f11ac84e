"""The words on figures and in their text alternatives, in the languages of the arrangement.

>>> say("ja", "launch"), say("ko", "impact"), say("en", "boost")
('発射', '낙하', 'boost')
"""

from __future__ import annotations

from typing import Literal

__all__ = ["LANGUAGES", "Language", "coalition_name", "say"]

Language = Literal["en", "ko", "ja"]
LANGUAGES: tuple[Language, ...] = ("en", "ko", "ja")

# key: English, Korean, Japanese
_WORDS: dict[str, tuple[str, str, str]] = {
    "boost": ("boost", "추진", "ブースト"),
    "midcourse": ("midcourse", "중간비행", "ミッドコース"),
    "terminal": ("terminal", "종말", "ターミナル"),
    "unknown": ("unknown", "미상", "不明"),
    "launch": ("launch", "발사", "発射"),
    "impact": ("impact", "낙하", "落下"),
    "apogee": ("apogee", "최고점", "最高点"),
    "burnout": ("cut-off", "연소 종료", "燃焼終了"),
    "predicted": ("predicted", "예측", "予測"),
    "truth": ("true flight", "실제 비행", "実際の飛行"),
    "sd": ("sd", "표준편차", "標準偏差"),
    "all": ("all", "전체", "全体"),
    "map_title": ("Missile flights", "미사일 비행", "ミサイルの飛行"),
    "profile_title": ("Height over distance", "거리별 고도", "距離と高度"),
    "curves_title": ("What sharing adds", "공유의 효과", "共有の効果"),
    "height_km": ("height, km", "고도, km", "高度、km"),
    "distance_km": ("distance from launch, km", "발사점에서의 거리, km", "発射点からの距離、km"),
    "after_launch_s": ("seconds after launch", "발사 후 시간(초)", "発射後の時間（秒）"),
    "after_burnout_s": ("seconds after cut-off", "연소 종료 후 시간(초)", "燃焼終了後の時間（秒）"),
    "impact_ellipse_km": (
        "semi-major axis of the 90 % impact ellipse, km",
        "90 % 낙하 타원의 장반경, km",
        "90 % 落下楕円の長半径、km",
    ),
    "impact_error_km": ("impact error, rms, km", "낙하점 오차(rms), km", "落下点の誤差（rms）、km"),
    "launch_error_km": ("launch error, rms, km", "발사점 오차(rms), km", "発射点の誤差（rms）、km"),
    "position_error_km": ("position error, rms, km", "위치 오차(rms), km", "位置の誤差（rms）、km"),
    "bound": ("Cramér–Rao bound", "크라메르–라오 하한", "クラメール・ラオの下限"),
    "outside": (
        "beyond this frame: {names}", "이 범위 밖: {names}", "この枠の外: {names}",
    ),
    "ellipses": (
        "{percent:.0f} % ellipses", "{percent:.0f} % 타원", "{percent:.0f} % 楕円",
    ),
    "sensors": ("sensors", "센서", "センサー"),
    "simulated": ("simulated", "모의", "模擬"),
    "said_map": (
        "Map of {flights} flight(s) as seen by {names}. ",
        "{names}의 자료로 본 비행 {flights}건의 지도. ",
        "{names}の資料による飛行{flights}件の地図。",
    ),
    "said_point": (
        "{coalition}, {what} of {track}: {place}, {percent:.0f} % ellipse {axes}. ",
        "{coalition}, {track}의 {what}: {place}, {percent:.0f} % 타원 {axes}. ",
        "{coalition}、{track}の{what}: {place}、{percent:.0f} %楕円{axes}。",
    ),
    "said_no_point": (
        "{coalition} has no {what} point of {track} yet. ",
        "{coalition}: {track}의 {what}점은 아직 없음. ",
        "{coalition}: {track}の{what}点はまだない。",
    ),
    "said_axes": (
        "Semi-major axis of the first impact ellipse: {axes}. ",
        "첫 낙하 타원의 장반경: {axes}. ",
        "最初の落下楕円の長半径: {axes}。",
    ),
    "said_profile": (
        "{track} rises to {apogee:.0f} km (sd {sd:.1f} km) and comes down {range:.0f} km away. ",
        "{track}: 최고 고도 {apogee:.0f} km(표준편차 {sd:.1f} km), 거리 {range:.0f} km에 낙하. ",
        "{track}: 最高高度{apogee:.0f} km（標準偏差{sd:.1f} km）、距離{range:.0f} kmに落下。",
    ),
    "said_rising": (
        "{track} is at {height:.0f} km; its apogee is not known yet. ",
        "{track}: 현재 고도 {height:.0f} km, 최고점은 아직 알 수 없음. ",
        "{track}: 現在の高度{height:.0f} km、最高点はまだ分からない。",
    ),
    "said_curves": (
        "{label}, by coalition. ", "{label}, 협력 조합별. ", "{label}、組み合わせ別。",
    ),
    "said_curve": (
        "{coalition}: {first:.3g} at {begin:.0f} s, {last:.3g} at {end:.0f} s. ",
        "{coalition}: {begin:.0f}초에 {first:.3g}, {end:.0f}초에 {last:.3g}. ",
        "{coalition}: {begin:.0f}秒で{first:.3g}、{end:.0f}秒で{last:.3g}。",
    ),
    "said_no_curve": (
        "{coalition}: nothing. ", "{coalition}: 없음. ", "{coalition}: なし。",
    ),
}  # fmt: skip


def say(language: Language, key: str, **values: object) -> str:
    """Return a word or a sentence in a language. Raises `ValueError` for a language not known."""
    if language not in LANGUAGES:
        raise ValueError(f"no words in {language!r}: figures speak {', '.join(LANGUAGES)}")
    text = _WORDS[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text


def coalition_name(language: Language, coalition: tuple[str, ...]) -> str:
    """Return a coalition's name as figures label it: of three or more, `all`."""
    from trilogue.figures.ink import order

    return say(language, "all") if len(coalition) > 2 else "+".join(order(coalition))
