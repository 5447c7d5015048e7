/** Colour maps as tables of 256 sRGB colours, so that canvas, SVG and PNG show the same ones. */

// 256 × RRGGBB each, which is far smaller than arrays of numbers and is decoded once.
const viridisTable =
  '44015444025645045745055946075a46085c460a5d460b5e470d60470e61471063471164471365481467481668' +
  '48176948186a481a6c481b6d481c6e481d6f481f70482071482173482374482475482576482677482878482979' +
  '472a7a472c7a472d7b472e7c472f7d46307e46327e46337f463480453581453781453882443983443a83443b84' +
  '433d84433e85423f854240864241864142874144874045884046883f47883f48893e49893e4a893e4c8a3d4d8a' +
  '3d4e8a3c4f8a3c508b3b518b3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d8d' +
  '355e8d355f8d34608d34618d33628d33638d32648e32658e31668e31678e31688e30698e306a8e2f6b8e2f6c8e' +
  '2e6d8e2e6e8e2e6f8e2d708e2d718e2c718e2c728e2c738e2b748e2b758e2a768e2a778e2a788e29798e297a8e' +
  '297b8e287c8e287d8e277e8e277f8e27808e26818e26828e26828e25838e25848e25858e24868e24878e23888e' +
  '23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d21918c20928c20928c20938c1f948c1f958b1f968b' +
  '1f978b1f988b1f998a1f9a8a1e9b8a1e9c891e9d891f9e891f9f881fa0881fa1881fa1871fa28720a38620a486' +
  '21a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad8128ae8029af7f2ab07f2cb17e2db27d' +
  '2eb37c2fb47c31b57b32b67a34b67935b77937b87838b9773aba763bbb753dbc743fbc7340bd7242be7144bf70' +
  '46c06f48c16e4ac16d4cc26c4ec36b50c46a52c56954c56856c66758c7655ac8645cc8635ec96260ca6063cb5f' +
  '65cb5e67cc5c69cd5b6ccd5a6ece5870cf5773d05675d05477d1537ad1517cd2507fd34e81d34d84d44b86d549' +
  '89d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39a2da37a5db36a8db34aadc32addc30' +
  'b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21a' +
  'd8e219dae319dde318dfe318e2e418e5e419e7e419eae51aece51befe51cf1e51df4e61ef6e620f8e621fbe723' +
  'fde725';

const cividisTable =
  '00224e00234f00245100255300255400265600275800285900285b00295d002a5f002a61002b62002c64002c66' +
  '002d68002e6a002e6c002f6d00306f0030700031700031710132710533710833700c34700f3570123570143670' +
  '16377018376f1a386f1c396f1e3a6f203a6f213b6e233c6e243c6e263d6e273e6e293f6e2a3f6d2b406d2d416d' +
  '2e416d2f426d31436d32436d33446d34456c35456c36466c38476c39486c3a486c3b496c3c4a6c3d4a6c3e4b6c' +
  '3f4c6c404c6c414d6c424e6c434e6c444f6c45506c46516c47516c48526c49536c4a536c4b546c4c556c4d556c' +
  '4e566c4f576c50576c51586d52596d535a6d545a6d555b6d555c6d565c6d575d6d585e6d595e6e5a5f6e5b606e' +
  '5c616e5d616e5e626e5e636f5f636f60646f61656f62656f636670646770656870656870666970676a71686a71' +
  '696b716a6c716b6d726c6d726c6e726d6f726e6f736f7073707173717274727274727374737475747475757575' +
  '7676767777767777777878777979777a7a787b7a787c7b787d7c787e7c787e7d787f7e78807f78817f78828079' +
  '8381798482798582798683798784788885788985788a86788b87788c88788d88788e89788f8a78908b78918b78' +
  '928c78928d78938e78948e77958f779690779791779892779992779a93769b94769c95769d95769e96769f9775' +
  'a09875a19975a29975a39a74a49b74a59c74a69c74a79d73a89e73a99f73aaa073aba072aca172ada272aea371' +
  'afa471b0a571b1a570b3a670b4a76fb5a86fb6a96fb7a96eb8aa6eb9ab6dbaac6dbbad6dbcae6cbdae6cbeaf6b' +
  'bfb06bc0b16ac1b26ac2b369c3b369c4b468c5b568c6b667c7b767c8b866c9b965cbb965ccba64cdbb63cebc63' +
  'cfbd62d0be62d1bf61d2c060d3c05fd4c15fd5c25ed6c35dd7c45cd9c55cdac65bdbc75adcc859ddc858dec958' +
  'dfca57e0cb56e1cc55e2cd54e4ce53e5cf52e6d051e7d150e8d24fe9d34eead34cebd44bedd54aeed649efd748' +
  'f0d846f1d945f2da44f3db42f5dc41f6dd3ff7de3ef8df3cf9e03afbe138fce236fde334fee434fee535fee636' +
  'fee838';

const signedTable =
  '05306106326407346708366a09386d0a3b700c3d730d3f760e41790f437b10457e114781124984134c87144e8a' +
  '15508d1752901854931956961a58991b5a9c1c5c9f1d5fa21e61a51f63a82065ab2267ac2369ad246aae266caf' +
  '276eb02870b12a71b22b73b32c75b42e77b52f79b5307ab6327cb7337eb83480b93681ba3783bb3885bc3a87bd' +
  '3b88be3c8abe3e8cbf3f8ec0408fc14291c24393c34695c44997c54c99c64f9bc7529dc8569fc959a1ca5ca3cb' +
  '5fa5cd62a7ce65a9cf68abd06bacd16eaed271b0d375b2d478b4d57bb6d67eb8d781bad884bcd987beda8ac0db' +
  '8dc2dc90c4dd93c6de96c7df98c8e09bc9e09dcbe1a0cce2a2cde3a5cee3a7d0e4a9d1e5acd2e5aed3e6b1d5e7' +
  'b3d6e8b6d7e8b8d8e9bbdaeabddbeac0dcebc2ddecc5dfecc7e0edcae1eecce2efcfe4efd1e5f0d2e6f0d4e6f1' +
  'd5e7f1d7e8f1d8e9f1dae9f2dbeaf2ddebf2deebf2e0ecf3e1edf3e3edf3e4eef4e6eff4e7f0f4e9f0f4eaf1f5' +
  'ecf2f5edf2f5eff3f5f0f4f6f2f5f6f3f5f6f5f6f7f6f7f7f7f6f6f7f5f4f8f4f2f8f3f0f8f2eff8f1edf9f0eb' +
  'f9efe9f9eee7f9ede5f9ebe3faeae1fae9dffae8defae7dcfbe6dafbe5d8fbe4d6fbe3d4fce2d2fce0d0fcdfcf' +
  'fcdecdfdddcbfddcc9fddbc7fdd9c4fcd7c2fcd5bffcd3bcfbd0b9fbceb7fbccb4facab1fac8aff9c6acf9c4a9' +
  'f9c2a7f8bfa4f8bda1f8bb9ef7b99cf7b799f7b596f6b394f6b191f6af8ef5ac8bf5aa89f5a886f4a683f3a481' +
  'f2a17ff19e7df09c7bef9979ee9677ec9374eb9172ea8e70e98b6ee8896ce6866ae58368e48066e37e64e27b62' +
  'e17860df765ede735cdd7059dc6e57db6b55da6853d86551d7634fd6604dd55d4cd35a4ad25849d05548cf5246' +
  'ce4f45cc4c44cb4942c94741c84440c6413ec53e3dc43b3cc2383ac13639bf3338be3036bd2d35bb2a34ba2832' +
  'b82531b72230b61f2eb41c2db3192cb1182bae172aab162aa81529a51429a213289f12289c1127991027960f27' +
  '930e26900d268d0c258a0b25870a248409248108237f08237c07227906227605217304217003206d02206a011f' +
  '67001f';

/**
 * `viridis`: Smith & van der Walt 2015 (CC0). `cividis`: Nuñez, Anderton & Renslow 2018, the same to
 * people with colour-vision deficiency. `signed`: ColorBrewer RdBu reversed, white at the middle,
 * blue below and red above (Brewer 2003).
 */
export type ColorMapName = 'viridis' | 'cividis' | 'signed';

const tables: Readonly<Record<ColorMapName, Uint8Array>> = {
  viridis: decode(viridisTable),
  cividis: decode(cividisTable),
  signed: decode(signedTable),
};

function decode(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** The 256 colours of a map, [256 × 3] bytes, red green blue. */
export function colors(map: ColorMapName): Uint8Array {
  return tables[map];
}

/** The colour at `position` in 0…1, clamped, as red, green, blue bytes. */
export function colorAt(map: ColorMapName, position: number): readonly [number, number, number] {
  const at = 3 * Math.round(255 * Math.min(1, Math.max(0, position)));
  const table = tables[map];
  return [table[at] ?? 0, table[at + 1] ?? 0, table[at + 2] ?? 0];
}

/** The same as a CSS colour. */
export function cssColor(map: ColorMapName, position: number): string {
  const [red, green, blue] = colorAt(map, position);
  return `rgb(${red},${green},${blue})`;
}

/** Not a number is drawn in a colour that no map holds, hatched. */
export const nanColor = '#ff00ff';

/** Whether black text reads better than white on the colour (relative luminance, WCAG 2.2). */
export function wantsBlackText([red, green, blue]: readonly [number, number, number]): boolean {
  const linear = (byte: number): number =>
    byte <= 10 ? byte / 3294 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > 0.179;
}
