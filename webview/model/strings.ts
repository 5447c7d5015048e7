/** Words of the model view's flow and figures. */
export const modelEnglish = {
  flow: 'From input to output',
  blocks: (count: string) => `${count} blocks`,
  roles: {
    embedding: 'embedding',
    linear: 'linear',
    convolution: 'convolution',
    norm: 'norm',
  },
  tied: 'shares its weight',
  generic: (count: string, name: string, parameters: string) =>
    `${count} equal blocks (${name}), ${parameters} parameters`,
  adapter: (rank: string, modules: string, base: string | undefined) =>
    `LoRA adapter, rank ${rank}, for ${modules}${base === undefined ? '' : ` of ${base}`}`,
  adapterAdvice: (count: string) =>
    `It changes ${count} weights of another model. Compare the two to see by how much.`,
  noBlocks: (modules: string, parameters: string) => `${modules} modules, ${parameters} parameters`,
  embeddings: 'Embeddings',
  perBlock: (name: string) => `One block of ${name}`,
  share: (percent: string) => `${percent} % of all`,
  memory: 'Memory',
  load: (type: string) => `Weights as ${type}`,
  loadRule: (count: string, each: string) => `${count} parameters × ${each} B`,
  training: 'Full fine-tuning with Adam',
  trainingRule:
    '16 B a parameter in mixed precision: weights 2, gradients 2, float32 copy 4, two moments 8. Activations come on top.',
  cache: 'Keys and values of 1,000 tokens',
  cacheHeads: (layers: string, heads: string, width: string) =>
    `2 × ${layers} layers × ${heads} key-value heads × ${width} × 2 B × 1,000 tokens`,
  cacheWidth: (layers: string, width: string) =>
    `2 × ${layers} layers × ${width} (width of a key) × 2 B × 1,000 tokens`,
  tokenizerType: 'Type',
  vocabulary: 'Vocabulary',
  special: 'Special tokens',
  beside: 'Beside it',
  open: (name: string) => `Open ${name}`,
  more: (count: string) => `Show all ${count} characters`,
  comparing: 'Comparing with the code…',
  fits: (tensors: string, name: string) =>
    `load_state_dict would take all of it: ${tensors} tensors belong to ${name}.`,
  fitsPartly: (tensors: string, name: string) =>
    `${tensors} tensors belong to ${name}. load_state_dict would not take it as it is:`,
  missing: 'Missing',
  unexpected: 'Unexpected',
  notFound: 'Not found in the code',
  different: 'Another shape',
  shapes: (code: string, checkpoint: string) => `${code} in the code, ${checkpoint} here`,
  goToLine: (line: string) => `line ${line}`,
};

export const modelChinese: typeof modelEnglish = {
  flow: '从输入到输出',
  blocks: (count) => `${count} 个块`,
  roles: {
    embedding: '嵌入',
    linear: '线性',
    convolution: '卷积',
    norm: '归一化',
  },
  tied: '共享权重',
  generic: (count, name, parameters) => `${count} 个相同的块（${name}），${parameters} 个参数`,
  adapter: (rank, modules, base) =>
    `LoRA 适配器，秩 ${rank}，用于${base === undefined ? '' : ` ${base} 的`} ${modules}`,
  adapterAdvice: (count) => `它改变另一个模型的 ${count} 个权重。将两者比较即可看到改变了多少。`,
  noBlocks: (modules, parameters) => `${modules} 个模块，${parameters} 个参数`,
  embeddings: '嵌入',
  perBlock: (name) => `${name} 的一个块`,
  share: (percent) => `占 ${percent} %`,
  memory: '内存',
  load: (type) => `以 ${type} 存放权重`,
  loadRule: (count, each) => `${count} 个参数 × ${each} B`,
  training: '用 Adam 全量微调',
  trainingRule: '混合精度下每个参数 16 B：权重 2、梯度 2、float32 副本 4、两个动量 8。激活值另计。',
  cache: '1,000 个词元的键和值',
  cacheHeads: (layers, heads, width) =>
    `2 × ${layers} 层 × ${heads} 个键值头 × ${width} × 2 B × 1,000 个词元`,
  cacheWidth: (layers, width) => `2 × ${layers} 层 × ${width}（键的宽度）× 2 B × 1,000 个词元`,
  tokenizerType: '类型',
  vocabulary: '词表',
  special: '特殊词元',
  beside: '同目录文件',
  open: (name) => `打开 ${name}`,
  more: (count) => `显示全部 ${count} 个字符`,
  comparing: '正在与代码比较…',
  fits: (tensors, name) => `load_state_dict 可以全部载入：${tensors} 个张量属于 ${name}。`,
  fitsPartly: (tensors, name) => `${tensors} 个张量属于 ${name}。load_state_dict 不能原样载入：`,
  missing: '缺少',
  unexpected: '多余',
  notFound: '代码中未找到',
  different: '形状不同',
  shapes: (code, checkpoint) => `代码中为 ${code}，此处为 ${checkpoint}`,
  goToLine: (line) => `第 ${line} 行`,
};
