"""The report's texts in English."""

from __future__ import annotations

from pipeline.artifacts.evaluation import READING
from pipeline.page.texts import Texts

ENGLISH = Texts(
    name="en",
    tag="en",
    own_name="English",
    about="What xuxie learnt from this novel, and how well it goes on.",
    shelf_about="What xuxie learnt from these books, and how well it goes on.",
    fonts=(
        "Chinese is drawn with the fonts of the machine that opens this page. Should you see boxes "
        "in place of characters, install one, such as Noto Sans CJK."
    ),
    overview="The novel",
    shelf_overview="The books",
    parts_head=("part", "chapters", "words", "known to the vocabulary"),
    parts={"train": "train", "validation": "validation", "test": "test"},
    text="text",
    text_size="{characters:,} characters in {paragraphs:,} paragraphs",
    encoding="encoding",
    unreadable="{encoding}, {replaced:,} bytes unreadable",
    cleaning="cleaning",
    cleaned="{cuts:,} stretches cut or changed, {rejoined_lines:,} lines rejoined",
    left_out="left out",
    more_left_out=" and {rest:,} more",
    vocabulary="vocabulary",
    vocabulary_size="{words:,} words, vectors of {dimensions:,} dimensions",
    network="network",
    network_size="an LSTM of {units:,} units{layers} that reads {steps} words",
    layers=" in {layers} layers",
    training="The training",
    objective="Objective {objective}; epochs: {epochs}, of which number {best} was kept.",
    panels={
        "train_loss": "training loss",
        "perplexity": "validation perplexity",
        "top1": "validation top-1",
    },
    no_figures="no figures",
    epoch="epoch {epoch:g}",
    evaluation="How well it foretells chapters it has never seen",
    evaluation_note=(
        "Bits per character say how surprised a model is by the whole text, line ends included: so "
        "many yes-or-no answers it needs for each character. Words that are rare in the novel are "
        "parted into pieces; top-k is the share of pieces among the k likeliest, MRR the mean of "
        "1 / rank, and perplexity means: as hard as a choice among so many equally likely pieces. "
        "Cosine is how near the vector that was predicted lies to the true one, coverage the share "
        "of pieces that have a probability. Below a figure stands its 95 % interval, held-out "
        "chapters drawn with replacement; fewer than four have none."
    ),
    chapters_of="{part} chapters",
    model="model",
    scores={
        "bits_per_character": "bits per character",
        "top1": "top-1",
        "top5": "top-5",
        "top10": "top-10",
        "mrr": "MRR",
        "cosine": "cosine",
        "perplexity": "perplexity",
        "coverage": "coverage",
    },
    models={
        "unigram": "the most frequent words",
        "kneser_ney": "Kneser–Ney of order 5",
        "article": "the article's mean squared error",
        "network": "the network and its prior",
        "writer": "the network with its memories",
    },
    lead=(
        "{model} against {other}, on the same pieces: top-1 difference {low} to {high}, perplexity "
        "ratio {least:.3f} to {most:.3f}."
    ),
    ablation="What the memories add",
    ablation_note="Each row is a mixture, its shares fitted on the validation chapters.",
    mixture="mixture",
    shares="shares",
    mixtures={
        "network": "the network",
        "cache": "words written lately",
        "topic": "words near the topic",
        "ngram": "runs of words in the novel",
        "neighbours": "like places in the novel",
        "all": "all of them",
    },
    writing="How it writes",
    writing_note=(
        "Texts written from held-out openings beside what the novel says there. Distinct-n is the "
        "share of different n-grams; copies and sentences are in words; “lengths off” is how far "
        "the lengths of sentences are from the novel's, the last column how far the punctuation "
        "is, both 0 to 1."
    ),
    way="way",
    measures={
        "distinct1": "distinct-1",
        "distinct2": "distinct-2",
        "distinct3": "distinct-3",
        "repeated4": "repeated 4-grams",
        "longest_copy": "longest copy",
        "mean_longest_copy": "mean longest",
        "sentence_length": "sentence",
        "sentence_length_distance": "lengths off",
        "punctuation_distance": "punctuation",
    },
    ways={
        "held_out": "what the novel says",
        "default": "as it writes by itself",
        "top_p": "as the model says",
        "greedy": "always the best",
    },
    books="Book by book",
    books_note=(
        "How well the test chapters of each book are foretold, in bits per character: fewer are "
        "better. Intervals are over a book's own chapters; where it has held out fewer than four, "
        "there is none."
    ),
    books_head=("book", "characters", "Kneser–Ney", "writer", "top-1"),
    reading="How it reads",
    reading_note=(
        "What a reader feels, in figures: the texts written by default beside the novel ({of}), "
        "both in stretches of the same length. The nearer the two, the less there is to stumble "
        "over."
    ),
    reading_head=("figure", "the novel", "the writer"),
    reading_of={"whole novel": "whole novel", "held-out chapters": "held-out chapters"},
    figures={name: meaning for name, (meaning, _) in READING.items()},
    map="A map of its words",
    map_note=(
        "The {count} most frequent words of content, by t-SNE of their vectors: words that the "
        "model uses alike lie together, while distances between far groups mean little. Main "
        "characters are in colour; a dot is a word that found no room."
    ),
    map_label="a map of {count} words",
    people="The main characters and who is near them",
    people_note=(
        "Those who speak most, each with the words of greatest cosine: words that this novel lets "
        "stand in their place."
    ),
    shelf_people_note=(
        "Those who speak most in all books together, how often they are named there and in which "
        "(three books at most), and the words of greatest cosine: words that these books let stand "
        "in their place."
    ),
    samples="Samples",
    samples_note=(
        "The lower the temperature, the more it keeps to the likeliest words. Marked are runs of "
        "at least {least} words that stand word for word in the chapters trained on."
    ),
    temperature="temperature {temperature:g}",
    copied="longest copy {longest} words",
    nothing_copied="nothing copied",
    settings="Settings",
    changed="These differ from the defaults:",
    unchanged="All are the defaults.",
    rest="{count} settings as they come",
    stages="What it took",
    stages_note=(
        "{seconds:,.0f} seconds in all. Each stage's time is that of the run which made its "
        "artifact, perhaps days before this page."
    ),
    stages_head=("stage", "time", "artifact"),
    stage_names={
        "fetch": "read and clean the novel",
        "segment": "cut it into words",
        "embed": "a vector for each word",
        "window": "stretches to learn from",
        "base": "what has read before",
        "train": "train the network",
        "decode": "make it ready to write",
        "remember": "the memories",
        "regress": "the article's own model",
        "model": "all in one file",
        "evaluate": "the scores",
    },
)
