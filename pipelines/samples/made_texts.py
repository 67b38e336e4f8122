"""Texts that are made by a grammar: what customers write to a shop, and what they think of what they bought."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

GOODS = (
    "desk lamp",
    "kettle",
    "headphones",
    "backpack",
    "office chair",
    "blender",
    "keyboard",
    "phone case",
    "rain coat",
)
OPENINGS = ("Hello,", "Hi there,", "Good morning.", "Dear team,", "Hi,", "To whom it may concern,", "", "", "", "")
CLOSINGS = (
    "Thanks!", "Please get back to me soon.", "Kind regards", "Thank you in advance.", "My e-mail is {mail}",
    "See https://shop.example/orders/{order}", "I've waited long enough!!", "Best wishes", "", "", "",
)  # fmt: skip
MESSAGES: dict[str, tuple[str, ...]] = {
    "billing": (
        "I was charged twice for order {order}.",
        "Why does my invoice say {price} euros when the {good} costs less?",
        "The refund of {price} euros hasn't arrived on my card yet.",
        "Could you send me a receipt for the {good}? My accountant asks for it.",
        "My discount code wasn't applied, so I paid the full price.",
        "There's a payment on my bank statement that I don't recognise.",
        "I'd like to pay by bank transfer and not by credit card.",
        "You took the money again although the order was cancelled.",
    ),
    "delivery": (
        "My parcel with the {good} was supposed to arrive {days} days ago.",
        "The tracking page hasn't changed since Monday.",
        "The courier left the package with a neighbour I don't know.",
        "When will order {order} be shipped?",
        "I got the wrong item: I ordered a {good} and received a {other}.",
        "Can I still change the shipping address of my order?",
        "Only one of the {days} boxes came, where's the rest?",
        "Nobody rang the bell, and the driver says that he delivered it.",
    ),
    "fault": (
        "The {good} stopped working after {days} days.",
        "The {good} arrived with a crack and doesn't switch on.",
        "The zip of the {good} broke when I used it the first time.",
        "My {good} makes a strange noise and smells of burning.",
        "The battery of the {good} won't charge any more.",
        "A part is missing, so I can't put the {good} together.",
        "The colour of the {good} comes off, which it shouldn't.",
        "Is this still under warranty? The {good} is broken.",
    ),
    "account": (
        "I can't log in, the password isn't accepted.",
        "The mail with the link to reset my password never comes.",
        "Please change the e-mail address of my account to {mail}",
        "I want to delete my account and all my data.",
        "The app logs me out every {days} minutes.",
        "Somebody else seems to use my account, please lock it.",
        "How do I stop the newsletter?",
        "My loyalty points have gone from my profile.",
    ),
    "praise": (
        "I just wanted to say that the {good} is wonderful.",
        "Great service, the {good} came after {days} days and works perfectly.",
        "Your colleague on the phone was so helpful, thank you sooo much!!!",
        "Best {good} I've ever had, and a fair price.",
        "Everything went smoothly, I'll order again.",
        "My daughter loves the {good}.",
        "I've told all my friends about your shop.",
        "It's rare to be treated so kindly, well done.",
    ),
}
ASIDES = (
    "I ordered the {good} on the website.", "The order number is {order}.", "I've been a customer for {days} years.",
    "I paid {price} euros for it.", "Delivery was quick, by the way.", "I wrote to you {days} days ago already.",
    "I'm not at home on weekdays.", "My account name is the mail address.", "The {other} I bought before was fine.",
    "I already tried to call you.", "I'm quite disappointed.", "I don't mind waiting a little.",
)  # fmt: skip


def support_messages(rows: int = 3000) -> pd.DataFrame:
    """Messages to a made-up shop and what each is about. Asides, slips of the pen and wrong categories blur it."""
    random = np.random.default_rng(1889)
    names, shares = list(MESSAGES), [0.22, 0.27, 0.24, 0.15, 0.12]
    categories = [names[i] for i in random.choice(len(names), rows, p=shares)]
    texts = [_message(random, category) for category in categories]
    wrong = random.random(rows) < 0.05
    filed = [str(random.choice(names)) if w else c for c, w in zip(categories, wrong, strict=True)]
    return pd.DataFrame(
        {
            "message_id": np.arange(70_001, 70_001 + rows),
            "channel": random.choice(["mail", "chat", "form"], rows, p=[0.5, 0.3, 0.2]),
            "message": texts,
            "category": filed,
        }
    )


def _message(random: np.random.Generator, category: str) -> str:
    about = MESSAGES[category if random.random() > 0.04 else _pick(random, list(MESSAGES))]
    sentences = [_pick(random, about)]
    sentences += [_pick(random, ASIDES) for _ in range(random.integers(0, 3))]
    if random.random() < 0.15:
        sentences.append(_pick(random, MESSAGES[_pick(random, list(MESSAGES))]))
    random.shuffle(sentences)
    parts = [_pick(random, OPENINGS), *sentences, _pick(random, CLOSINGS)]
    good, other = random.choice(GOODS, 2, replace=False)
    text = " ".join(p for p in parts if p).format(
        good=good,
        other=other,
        order=f"{random.integers(1000, 9999)}-{random.integers(10, 99)}",
        price=f"{random.integers(5, 300)}.{random.choice(['00', '50', '95', '99'])}",
        days=random.integers(2, 15),
        mail=f"customer{random.integers(1, 999)}@mail.example",
    )
    return _slip(random, text) if random.random() < 0.25 else text


def _slip(random: np.random.Generator, text: str) -> str:
    """The text with two letters the wrong way round, or all in small letters."""
    if random.random() < 0.4:
        return text.lower()
    at = int(random.integers(1, len(text) - 2))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if text[at : at + 2].isalpha() else text


PRODUCTS = ("イヤホン", "掃除機", "電気ケトル", "リュック", "キーボード", "加湿器", "腕時計", "デスクライト", "炊飯器")
GOOD = (
    "とても使いやすいです。",
    "音が静かで気に入っています。",
    "軽くて持ち運びに便利です。",
    "デザインがおしゃれで満足しています。",
    "この値段でこの品質なら文句ありません。",
    "思ったより丈夫で壊れません。",
    "説明書が分かりやすかったです。",
    "毎日使っています。買ってよかった！",
    "家族にも好評でした。",
    "電池が長持ちするので助かります。",
    "届くのが早くて梱包も丁寧でした。",
    "前の{product}より断然良いです。",
    "期待以上の性能で驚きました。",
    "友人にも勧めたいと思います。",
    "サポートの対応が親切でした。",
)
BAD = (
    "{days}日で壊れました。",
    "音がうるさくて使えません。",
    "思ったより重くて不便です。",
    "写真と色が違っていてがっかりしました。",
    "この値段でこの品質は残念です。",
    "説明書が分かりにくいです。",
    "電池がすぐに切れます。",
    "ボタンが反応しなくなりました。",
    "返品しました。二度と買いません。",
    "安っぽくて満足できません。",
    "届くのが遅く、箱も潰れていました。",
    "前の{product}の方が良かったです。",
    "期待していたほどではなかった。",
    "問い合わせても返事がありません。",
    "お勧めできません。",
)
NEUTRAL = (
    "ネットで{price}円で購入しました。",
    "色は黒を選びました。",
    "{product}を買うのは{days}回目です。",
    "プレゼント用に買いました。",
    "サイズは普通だと思います。",
    "主に自宅で使います。",
    "他の商品と迷いました。",
    "詳しくは https://review.example/{days} を見てください。",
    "評価は人によると思います。",
    "もう少し使ってみます。",
)


def product_reviews_ja(rows: int = 2000) -> pd.DataFrame:
    """Reviews in Japanese of a made-up shop's goods, good or bad. Many say something of both."""
    random = np.random.default_rng(794)
    products = random.choice(PRODUCTS, rows)
    good = random.random(rows) < 0.6
    texts = [_review(random, product, g) for product, g in zip(products, good, strict=True)]
    verdict = good ^ (random.random(rows) < 0.05)
    return pd.DataFrame(
        {"商品": products, "レビュー": texts, "評価": np.where(verdict, "良い", "悪い")},
    )


def _review(random: np.random.Generator, product: str, good: bool) -> str:
    mine, other = (GOOD, BAD) if good else (BAD, GOOD)
    sentences = [_pick(random, mine) for _ in range(random.integers(1, 3))]
    sentences += [_pick(random, NEUTRAL) for _ in range(random.integers(0, 3))]
    if random.random() < 0.3:
        sentences.append(_pick(random, other))
    sentences = list(dict.fromkeys(sentences))
    random.shuffle(sentences)
    text = "".join(sentences)
    return text.format(product=product, days=random.integers(2, 30), price=random.integers(8, 250) * 100)


def _pick(random: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(random.integers(len(choices)))]
