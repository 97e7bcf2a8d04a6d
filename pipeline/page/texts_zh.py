"""The report's texts in Chinese."""

from __future__ import annotations

from pipeline.page.texts import Texts

CHINESE = Texts(
    name="zh",
    tag="zh-CN",
    own_name="中文",
    about="续写从这部小说里学到了什么，续得如何。",
    shelf_about="续写从这些书里学到了什么，续得如何。",
    fonts=(
        "页面上的汉字用的是打开它的电脑上的字体。如果看到的是一个个方框，"
        "请安装一种中文字体，例如思源黑体（Noto Sans CJK）。"
    ),
    overview="这部小说",
    shelf_overview="这些书",
    parts_head=("用途", "章数", "词数", "词表覆盖"),
    parts={"train": "训练", "validation": "验证", "test": "测试"},
    text="正文",
    text_size="{characters:,} 字，{paragraphs:,} 段",
    encoding="编码",
    unreadable="{encoding}，有 {replaced:,} 个字节无法识别",
    cleaning="清理",
    cleaned="删改 {cuts:,} 处，接回断行 {rejoined_lines:,} 行",
    left_out="未收入的文件",
    more_left_out=" 等，另有 {rest:,} 个",
    vocabulary="词表",
    vocabulary_size="{words:,} 个词，词向量 {dimensions:,} 维",
    network="网络",
    network_size="LSTM，{units:,} 个单元{layers}，每次读 {steps} 个词",
    layers="，共 {layers} 层",
    training="训练过程",
    objective="训练目标 {objective}；共 {epochs} 轮，采用第 {best} 轮的结果。",
    panels={"train_loss": "训练损失", "perplexity": "验证困惑度", "top1": "验证 top-1 命中率"},
    no_figures="没有数据",
    epoch="第 {epoch:g} 轮",
    evaluation="没读过的章节，它能猜中多少",
    evaluation_note=(
        "“每字比特数”衡量整段文字（连同换行）让模型多意外：每猜一个字，"
        "平均还要问几个答案只有“是”或“否”的问题，越低越好。小说里少见的词会拆成更小的词片；"
        "top-k 是正确词片落在最可能的 k 个之内的比例，MRR 是正确词片排名倒数的平均值；"
        "困惑度若为 100，就好比每一步都要在 100 个同样可能的词片里挑一个。"
        "余弦表示预测的向量与正确词片的向量有多接近，覆盖率是能给出概率的词片所占的比例。"
        "数字下方是 95% 置信区间，由对留出章节有放回的重复抽样得出；不到四章的没有。"
    ),
    chapters_of="{part}章节",
    model="模型",
    scores={
        "bits_per_character": "每字比特数",
        "top1": "top-1",
        "top5": "top-5",
        "top10": "top-10",
        "mrr": "MRR",
        "cosine": "余弦",
        "perplexity": "困惑度",
        "coverage": "覆盖率",
    },
    models={
        "unigram": "只按词频猜",
        "kneser_ney": "五元 Kneser–Ney 模型",
        "article": "原文章的方法，均方误差",
        "network": "单用网络，加词频先验",
        "writer": "网络加各种记忆",
    },
    lead=(
        "{model} 对 {other}，同一批词片：top-1 之差在 {low} 到 {high} 之间，"
        "困惑度之比在 {least:.3f} 到 {most:.3f} 之间。"
    ),
    ablation="各种记忆的作用",
    ablation_note="每一行是一种混合模型，各部分所占的比重由验证章节定出。",
    mixture="混合",
    shares="比重",
    mixtures={
        "network": "网络",
        "cache": "刚写过的词",
        "topic": "切合话题的词",
        "ngram": "书中的词串",
        "neighbours": "书中相似之处",
        "all": "全部",
    },
    writing="写得怎样",
    writing_note=(
        "从留出章节的若干开头往下写，与小说里真正的下文相比。distinct-n 是 n 元词串中"
        "互不相同者的比例；照抄与句长以词计；“句长偏差”和“标点偏差”是与原著分布的距离，"
        "都在 0 到 1 之间。"
    ),
    way="写法",
    measures={
        "distinct1": "distinct-1",
        "distinct2": "distinct-2",
        "distinct3": "distinct-3",
        "repeated4": "四词串重复率",
        "longest_copy": "最长照抄",
        "mean_longest_copy": "平均最长照抄",
        "sentence_length": "句长",
        "sentence_length_distance": "句长偏差",
        "punctuation_distance": "标点偏差",
    },
    ways={
        "held_out": "小说的原文",
        "default": "平时的写法",
        "top_p": "只按模型的概率",
        "greedy": "总取最可能的词",
    },
    books="逐部作品",
    books_note=(
        "每部作品的测试章节被预测得怎样，单位是每字比特数，越少越好。区间按该作品自己的章节估计；"
        "留出不到四章的没有区间。"
    ),
    books_head=("作品", "字数", "五元 Kneser–Ney", "整个模型", "首选命中"),
    reading="读起来怎样",
    reading_note=(
        "把读者的感受化成数字：默认写法写出的文字，与小说（{of}）中同样长短的片段相比。"
        "两边越接近，读来越顺。"
    ),
    reading_head=("指标", "小说", "续写"),
    reading_of={"whole novel": "全书", "held-out chapters": "留出章节"},
    figures={
        "common_words": "小说最常用的 100 个词所占比例",
        "different_words": "每 300 个词中不同的词所占比例",
        "pronouns": "每百字中的“我你他她”",
        "doubled_words": "每万字中叠用的虚词",
        "threefold": "每万字中三字相叠",
        "stranded_ba": "每万字中“把”字后只有名词便断句",
        "stranded_de": "每万字中“的”字后便断句",
        "same_speaker": "每万字中同一人接连说两次",
        "nested_speech": "每万字中话里套话",
        "dao": "每百字中的“道”",
        "short_quotes": "不过两字的引语所占比例",
        "sentence_characters": "每句字数",
        "short_sentences": "不过三字的句子所占比例",
        "paragraph_characters": "每段字数",
        "bare_quotes": "整段只有一句引语的比例",
    },
    map="词语地图",
    map_note=(
        "最常用的 {count} 个实词，按词向量用 t-SNE 铺在平面上：模型用法相近的词聚在一起；"
        "离得远的词群之间，距离没有多大意义。主要人物用彩色；圆点是放不下的词。"
    ),
    map_label="{count} 个词的地图",
    people="主要人物和与之相近的词",
    people_note="说话最多的人物，各附余弦相似度最高的词：这些词在小说里常出现在同样的位置。",
    shelf_people_note=(
        "各书合在一起，说话最多的人物：共出现多少次，其中哪几部最多（至多列三部），"
        "以及余弦相似度最高的词，即在这些书里常出现在同样位置的词。"
    ),
    samples="试写",
    samples_note=(
        "温度越低，越偏向最可能的词。加底色的是与训练章节一字不差、长度不少于 {least} 个词的片段。"
    ),
    temperature="温度 {temperature:g}",
    copied="最长照抄 {longest} 个词",
    nothing_copied="没有照抄",
    settings="设置",
    changed="与默认值不同的设置：",
    unchanged="全部是默认值。",
    rest="其余 {count} 项保持默认",
    stages="用时",
    stages_note=(
        "共 {seconds:,.0f} 秒。每一步的用时，取自做出其结果的那一次运行，也许是几天以前的事。"
    ),
    stages_head=("步骤", "用时", "结果大小"),
    stage_names={
        "fetch": "读入并清理小说",
        "segment": "分词",
        "embed": "训练词向量",
        "window": "切出供学习的片段",
        "base": "读过别的书的底子",
        "train": "训练网络",
        "decode": "整理好，准备写作",
        "remember": "建立记忆",
        "regress": "原文章的模型",
        "model": "合成一个文件",
        "evaluate": "评分",
    },
)
