import sharp from 'sharp';

/** Returns a square PNG, `size` pixels wide, of the ERP's letter on its colour. */
export function thumbnail(size: number): Promise<Buffer> {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512">
    <rect width="512" height="512" fill="#1d4ed8"/>
    <path d="M128 128 L256 384 L384 128" fill="none" stroke="#fff" stroke-width="48"/>
  </svg>`;
  return sharp(Buffer.from(picture)).resize(size, size).png().toBuffer();
}
