"""The weights mean what they should: Arabic paraphrases lie nearer each other than anything else does."""

import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from .conftest import Bundled

PARAPHRASES = [
    # "The UN Secretary-General condemned the attack on the hospital" / "Guterres denounced …, calling it a crime"
    ("أدان الأمين العام للأمم المتحدة الهجوم على المستشفى", "استنكر غوتيريش استهداف المستشفى ووصفه بالجريمة"),
    # "The central bank raised interest by a quarter point" / "… by twenty-five basis points"
    ("رفع البنك المركزي أسعار الفائدة ربع نقطة مئوية", "زاد المصرف المركزي معدل الفائدة خمسا وعشرين نقطة أساس"),
    # "Four soldiers were killed by a roadside bomb north of the city" / "four troops met their death …"
    ("قُتل أربعة جنود في انفجار عبوة ناسفة شمال المدينة", "لقي أربعة عسكريين مصرعهم بتفجير قنبلة على الطريق الشمالي"),
    # "Astronomers discovered a new Earth-like planet" / "Researchers spotted a distant world much like ours"
    ("اكتشف علماء الفلك كوكبا جديدا يشبه الأرض", "رصد باحثون عالما بعيدا قريب الشبه من كوكبنا"),
    # "The team qualified for the final on penalties" / "The club reached the final match from the spot"
    ("تأهل الفريق إلى نهائي البطولة بركلات الترجيح", "بلغ النادي المباراة النهائية بعد حسمها من نقطة الجزاء"),
    # "The health ministry warned of measles spreading among children" / "Health officials: fear of an outbreak …"
    ("حذرت وزارة الصحة من انتشار الحصبة بين الأطفال", "مسؤولون صحيون يبدون خشيتهم من تفشي الحصبة لدى الصغار"),
]


@pytest.fixture(scope="module")
def cosines(bundled: Bundled) -> torch.Tensor:
    """Cosines of mean-pooled sentences. *Shape:* (first sentences, second sentences)"""
    model = AutoModel.from_pretrained(bundled.folder, add_pooling_layer=False).eval()
    tokenizer = AutoTokenizer.from_pretrained(bundled.folder)
    batch = tokenizer([text for pair in PARAPHRASES for text in pair], padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    means = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
    return means[0::2] @ means[1::2].T


def test_each_sentence_is_nearest_to_its_paraphrase(cosines: torch.Tensor):
    right = list(range(len(PARAPHRASES)))
    assert cosines.argmax(dim=1).tolist() == right
    assert cosines.argmax(dim=0).tolist() == right


def test_paraphrases_stand_clear_of_unrelated_sentences(cosines: torch.Tensor):
    unrelated = cosines[~torch.eye(len(PARAPHRASES), dtype=torch.bool)]
    assert cosines.diag().min() > 0.88
    assert cosines.diag().min() > unrelated.max() + 0.03
