// What the server says, in Chinese: a sentence of its own, with {1}, {2} … for what it fills in, from
// where it says what was expected; {0} is what stands before that, a file or a field. `said.js` looks
// a message up, and tests hold the sentences to those of the server.

export default [
  // the models, and what is to be written
  ["expected a few words, got none; try {1}", "光标前还没有文字。先写几个字，例如 {1}。"],
  ["expected Chinese words that the novel knows, found none; try {1}", "光标前没有这部小说认得的中文。试试 {1}。"],
  ["expected words of this novel, got {1}", "这部小说里没有这些词：{1}。"],
  ["expected words of this novel, got {1}; known are {2}", "这部小说里没有这些词：{1}。它认得的有：{2}。"],
  ["expected a word that --ban {1} allows", "“要写到”的词里有“不许写”的“{1}”：请去掉一个。"],
  ["expected to leave a word to write, got none", "全都不许写，就没有词可写了：请去掉几个。"],
  ["expected a trained model, found none", "还没有模型：请先训练一个。"],
  ["expected the name of a model (`models` lists them) or a file, {1}", "书架上没有这个模型，也许被拿走了：请另选一个。"],
  ["expected a model's file, {1}", "模型 {0} 不是可用的文件：请重新拷贝或训练。"],
  [
    "expected a sound model, got {1}; copy it again, or train one: run-all",
    "模型 {0} 的文件坏了：请重新拷贝或训练。",
  ],
  ["expected a file to read, got: {1}; check it", "模型 {0} 的文件读不出来：请检查它。"],
  ["expected none here, got one; name one model", "这里只能用一个模型，不能掺。"],
  ["expected 2 to {1} models, got {2}", "掺在一起的模型要有两个到 {1} 个，这里是 {2} 个。"],
  ["expected each model once, got one twice", "同一个模型不能和自己掺。"],
  ["expected weights above 0, got {1} for {2}", "模型 {2} 占的份额要大于 0，这里是 {1}。"],
  ["expected smaller weights; 0.7 and 0.3 do", "份额太大了：用 0.7 和 0.3 这样的数。"],
  ["expected a report on this model, found none yet", "这个模型还没有报告。"],
  // room and time
  ["expected fewer than {1} texts under way; try again in a moment", "正在写的太多了（{1} 篇）：请稍后再试。"],
  ["expected fewer than {1} requests at once; try again in a moment", "同时要的太多了（{1} 件）：请稍后再试。"],
  [
    "expected to answer, got {1}; the log of desk --debug tells more",
    "服务器出了意外（{1}）：用 desk --debug 启动可以看到详情。",
  ],
  [
    "expected the token: open the address that desk printed, or send it as Authorization: Bearer (an API key)",
    "服务器不认这个页面：请用它启动时给出的地址打开。",
  ],
  ["expected an address of the desk, found nothing there; /docs lists them", "服务器上没有这个地址：请刷新页面。"],
  ["expected a body of at most {1} bytes, got a longer one", "太大了：一次最多 {1} 字节。"],
  ["expected the rest of the body, got nothing for {1} s", "等了 {1} 秒没有收到其余部分：请再试一次。"],
  ["expected at most {1} characters, got {2}", "太长了：最多 {1} 字，这里有 {2} 字。"],
  ["expected at most {1} parts, got {2}", "太多了：最多 {1} 项，这里有 {2} 项。"],
  ["expected a Chinese text, got an empty one", "还没有文字。"],
  ["expected a Chinese text, got no Chinese character in {1} characters", "这里的 {1} 个字符里没有一个汉字。"],
  // manuscripts
  ["expected a manuscript, found none", "服务器上没有这份文稿，也许在别处扔掉了。"],
  ["expected version {1} of this manuscript, found none", "这份文稿的第 {1} 版已经不在了。"],
  [
    "expected {1}, which is there now, got {2}; nothing was saved: choose between them",
    "这份文稿在别处存过第 {1} 版，这里是第 {2} 版：请选一个。",
  ],
  [
    "expected a version that can be read, got damaged ones alone: {1}; their files are in {2}",
    "这份文稿的各版都坏了（{1}）；文件在 {2}。",
  ],
  ["expected a sound file, got a damaged one; this is version {1}", "最新的版本坏了，这是第 {1} 版。"],
  [
    "expected fewer than {1} manuscripts, found as many; throw some away first",
    "文稿已有 {1} 份，放不下了：请先扔掉几份。",
  ],
  ["expected to save it, got another process that is at it; try again", "另一个程序正在存这份文稿：请再试一次。"],
  ["expected at most {1} bytes, got {2}", "枝条太多，存不下：最多 {1} 字节，这里有 {2} 字节。"],
  // trainings and files
  [
    "expected no training under way, found one; wait for its end or stop it",
    "已有一个训练在进行：等它结束，或先停下它。",
  ],
  ["expected a training, found none", "没有这个训练：服务器也许重新启动过。"],
  ["expected it free, held by {1}; wait for its end", "另一个程序正在用这个文件夹（{1}）：请等它结束。"],
  ["expected a writable folder with room, got: {1}", "磁盘写不进去（{1}）：请检查空间和权限。"],
  ["disk full in {1}; what was finished before is kept, make room, run again", "磁盘满了：做完的都还在，请腾出空间再来。"],
  [
    "expected to write in {1}, its disk has become read-only; what was finished before is kept, make it writable, run again",
    "磁盘变成只读的了：做完的都还在，请让它能写再来。",
  ],
  [
    "expected whole files in {1}, the system lets none become that large; what was finished before is kept, raise the limit (ulimit -f) or choose another disk, run again",
    "系统不让文件变得这么大：做完的都还在，请放宽限制（ulimit -f）或换一块磁盘再来。",
  ],
  [
    "expected a folder of xuxie's own, got {1}; move it away or give another place with --artifacts",
    "{0} 该是续写自己的文件夹，却被别的东西占着：请把它移开。",
  ],
  [
    "expected a file of xuxie's own, got something else; move it away",
    "{0} 该是续写自己的文件，却被别的东西占着：请把它移开。",
  ],
  [
    "expected a disk on which files can be locked, got: {1}; give a folder on a local disk with --artifacts",
    "这个磁盘不能锁文件（{1}）：请用 --artifacts 换到本机的磁盘上。",
  ],
  ["expected to {1}, got {2}; --debug shows where", "{0} 这一步出了意外（{2}）。"],
  ["expected a readable {1} file, got {2}; give another", "文件 {2} 读不出来：请换一个。"],
  [
    "expected the {1} {2} to stay as it was during the run, it was changed; its result was not kept, run again",
    "训练时文件 {2} 变了：请再训练一次。",
  ],
  ["expected the name of the file, as ?name=novel.txt", "文件没有名字，或名字太长：请改名再来。"],
  ["expected fewer than {1} files, remove some first", "上传的文件已有 {1} 个：请先从 {0} 里删去一些。"],
  ["expected a book, got an empty file", "{0} 是空文件。"],
  ["expected a book, {1}", "{0} 太大了。"],
  ["expected a text file, {1}", "{0} 太大，或不是普通的文件。"],
  ["expected a readable file, got no right to read it", "没有权限读 {0}。"],
  ["expected a readable file, got {1}", "{0} 读不出来（{1}）。"],
  [
    "expected a file, a folder, an http(s) address or one of {1}, found nothing there{2}",
    "找不到 {0}。",
  ],
  // the novel
  [
    "expected a novel, got about {1} headings and {2} characters for each; give the text that they stand over",
    "这里约有 {1} 个标题，每个下面只有 {2} 字，像是目录：请给正文。",
  ],
  [
    "expected a Chinese text, got {1} Chinese characters among {2} letters ({3}) when read as {4}; {5}",
    "这不像中文：{2} 个字母里只有 {1} 个汉字（{3}，按 {4} 读）。如果是中文，请转成 UTF-8 再来。",
  ],
  [
    "expected at least {1} Chinese characters, got {2} when read as {3}; give a longer text",
    "太短了：至少要 {1} 个汉字，这里只有 {2} 个。",
  ],
  [
    "expected chapters, or at least {1} paragraphs, to hold some out; got {2}; put line ends between the paragraphs",
    "段落太少：没有章节时至少要 {1} 段，这里只有 {2} 段。请在段落之间换行。",
  ],
  [
    "expected windows of {1} words in every part, found none for {2}; lower window.steps or bring a longer text",
    "太短了：有一部分连 {1} 个词都不到。请给长一些的文字。",
  ],
  // encodings
  [
    "expected Chinese text in UTF-8, UTF-16, GB18030 or Big5, got bytes that make no sense in any of them: name the encoding with --encoding, or convert to UTF-8",
    "{0} 的编码认不出来（不是 UTF-8、UTF-16、GB18030、Big5）：请转成 UTF-8 再来。",
  ],
  [
    "expected Chinese text, got text that was once read in a wrong encoding and lost characters by it, {1} %, {2} ({3}); take the file that it was made from",
    "{0} 曾按错误的编码读过，丢了字（{1} %）：请用原来的文件。",
  ],
  [
    "expected a text, got {1} unreadable bytes and control characters when read as {2}; {3}",
    "{0} 不是文字：{1} 读不出来。",
  ],
  ["expected a text, got one that is {1}; {2}", "{0} 里读不出来的字太多：请换一个文件。"],
  [
    "expected a text, got {1} {2}: {3}; take the file that it was made from",
    "{0} 里有 {1} 处占位的符号，字已经丢了：请用原来的文件。",
  ],
  [
    "expected Chinese characters, got {1}, which only the font of the page that they come from can show; take the text from elsewhere",
    "{0} 里的字只有原网页的字体才显示得出来：请从别处找。",
  ],
  [
    "expected the package opencc, found none; run pip install opencc",
    "要转成简体，得先装 opencc：pip install opencc。",
  ],
  // forms of books
  [
    "expected an archive of texts, got an archive within it{1}; unpack it and give what is in it",
    "压缩包里还是压缩包：请解开再给。",
  ],
  [
    "expected an archive with texts (.txt, .html, .epub, .docx), got {1} with {2}; give the text itself",
    "压缩包里没有文字文件（.txt、.html、.epub、.docx）：请直接给文字文件。",
  ],
  [
    "expected a Word document, got an archive without its text ({1}); save it anew",
    "{0} 不是完整的 Word 文档：请重新保存。",
  ],
  [
    "expected a .docx without a password, got an encrypted one or one of the old form; save it anew without a password",
    "{0} 加了密码，或是旧格式：请去掉密码，另存为 .docx。",
  ],
  [
    "expected a document with text, got one without a paragraph of it; if its text is in pictures, find it as text",
    "{0} 里没有文字：如果文字在图片里，请找文字版。",
  ],
  [
    "expected all files that its spine names, got none for {1} of {2}, as {3}; get the book anew, or unpack it and give the folder of its pages",
    "这本 epub 缺了 {2} 页里的 {1} 页：请重新下载。",
  ],
  [
    "expected an epub with text, got {1} pages of pictures or contents alone; find the book as text",
    "这本 epub 只有图片或目录（{1} 页）：请找文字版。",
  ],
  [
    "expected an epub without copy protection (DRM), got encrypted pages; give a copy without it",
    "这本 epub 有版权保护（DRM）：请给没有保护的。",
  ],
  [
    "expected an epub, got an archive without a package file (.opf); get the book anew, or unpack it and give the folder",
    "{0} 不是完整的 epub：请重新下载。",
  ],
  ["expected an epub with a spine, got none in {1}; get the book anew", "{0} 不是完整的 epub：请重新下载。"],
  ["expected a FictionBook with text, got none in it; get it anew", "{0} 里没有文字：请重新下载。"],
  ["expected a text, got an empty file; take it out or get it anew", "{0} 是空文件。"],
  ["expected a plain text, got {1}: {2}", "{0} 不是文字文件，而是 {1}：请换成 txt、epub、docx 等。"],
  [
    "expected a page of at most {1} tags, got more; convert it to .txt first",
    "{0} 里的标记太多（超过 {1} 个）：请先转成 .txt。",
  ],
  [
    "expected a text with its tags, got more than {1} tags with hardly any text; convert it to .txt first",
    "{0} 里几乎全是标记：请先转成 .txt。",
  ],
  [
    "expected a Kindle book of a known packing, got number {1}; convert it to .epub first",
    "认不出这本 Kindle 书的格式：请先转成 .epub。",
  ],
  ["expected a Kindle book with text, got none; find it as text", "这本 Kindle 书里没有文字：请找文字版。"],
  [
    "expected a Kindle book without copy protection (DRM), got an encrypted one; give a copy without it",
    "这本 Kindle 书有版权保护（DRM）：请给没有保护的。",
  ],
  [
    "expected a whole Kindle book, got one that is cut off or damaged; get it anew",
    "这本 Kindle 书不完整或坏了：请重新下载。",
  ],
  [
    "expected at most {1} bytes of text, got more; if it is a novel, raise fetch.max_bytes",
    "太大了：文字最多 {1} 字节。",
  ],
  [
    "expected at most {1} bytes unpacked, got more; if it is a novel, raise fetch.max_bytes",
    "太大了：解开后最多 {1} 字节。",
  ],
  [
    "expected a sound archive without a password, got {1}; unpack it and give the folder",
    "压缩包打不开，也许坏了，或有密码：请解开再给。",
  ],
  [
    "expected libarchive, which reads 7z and rar archives, found none; unpack it and give the folder, or install the extra `books` (pip install libarchive-c) and the system's libarchive",
    "这里没有装读 7z 和 rar 的程序：请解开再给。",
  ],
  [
    "expected an archive of at most {1} files and {2} bytes, got more; unpack it and give the folder",
    "压缩包太大（最多 {1} 个文件、{2} 字节）：请解开再给。",
  ],
  [
    "expected an archive of at most {1} files, got {2}; unpack it and give the folder",
    "压缩包里的文件太多（{2} 个，最多 {1} 个）：请解开再给。",
  ],
  [
    "expected a text, got {1} bytes packed in {2}, as no text is; unpack it and give the .txt if it is one",
    "压缩得太厉害，不像文字：请解开再给。",
  ],
  [
    "expected a whole zip archive, got one that is cut off or damaged ({1}); get it anew",
    "压缩包不完整或坏了：请重新下载。",
  ],
  [
    "expected an archive without a password, got an encrypted one; unpack it and give the folder",
    "压缩包有密码：请解开再给。",
  ],
  ["expected a sound member, got a damaged one ({1}); get the archive anew", "压缩包里有文件坏了：请重新下载。"],
  [
    "expected a common kind of packing, got {1}; unpack it and give the folder",
    "压缩包的压缩方法少见：请解开再给。",
  ],
  ["expected a folder with texts (.txt, .html, .epub, .docx …), got none in it", "{0} 里没有文字文件。"],
  [
    "expected a page with a chapter's text, got links alone; save the chapter's own page",
    "这一页只有链接：请保存有正文的那一页。",
  ],
  [
    "expected a plain text, got a table of {1} columns (CSV): save its column {2} alone as .txt, a line a row, and give that",
    "这是 {1} 列的表格：请把第 {2} 列单独存成 .txt，一行一段。",
  ],
  // how a training goes
  ["reading the training chapters", "正在读训练用的章节"],
  ["counting n-grams", "正在数连着的词"],
  ["fitting weights", "正在配权重"],
  ["loading TensorFlow", "正在装入 TensorFlow"],
  ["epoch {1}/{2}", "第 {1} 轮，共 {2} 轮"],
  ["loss {1}", "损失 {1}"],
  ["{1} words/s", "每秒 {1} 词"],
  ["validation perplexity {1}", "验证困惑度 {1}"],
  // how a file was read
  ["no chapter headings found: the whole text is one chapter; {1}", "没有找到章节标题，整份算一章"],
  [
    "no chapter headings found: the text is a single line of {1} characters, and becomes one chapter; put line ends around its headings and between its paragraphs",
    "没有换行，整份算一段",
  ],
  [
    "looks like subtitles: {1} lines begin with times; what they say is learnt as short lines, not as a novel's paragraphs",
    "像是字幕：{1} 行以时间开头",
  ],
  ["interrupted", "停下了；做好的部分还在，下次接着做。"],
];
