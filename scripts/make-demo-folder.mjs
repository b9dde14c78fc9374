/**
 * Makes resources/demo/images from an unpacked `emoji-datasource-google`:
 *   npm pack emoji-datasource-google@16.0.0 && tar xzf emoji-datasource-google-16.0.0.tgz
 *   node scripts/make-demo-folder.mjs ./package
 */
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

const source = process.argv[2]
if (source === undefined) {
  console.error('Give the path of the unpacked emoji-datasource-google package.')
  process.exit(2)
}
const images = fileURLToPath(new URL('../resources/demo/images/', import.meta.url))

// Heads and shoulders, seen from the front, at one scale: what a small model fits in minutes.
const subcategories = new Set(['person', 'person-role'])
// Whole scenes or bodies among them.
const others =
  /FEEDING|BREAST|PREGNANT|TEACHER|TECHNOLOGIST|SINGER|ARTIST|FARMER|COOK|WELDER|FACTORY|SCIENTIST|SLEUTH|NINJA/

const emoji = JSON.parse(await readFile(join(source, 'emoji.json'), 'utf8'))
const chosen = emoji
  .filter((each) => each.has_img_google && subcategories.has(each.subcategory) && !others.test(each.name))
  .flatMap((each) => [each, ...Object.values(each.skin_variations ?? {})])
  .filter((each) => each.has_img_google)
  .map((each) => each.image)
  .sort()

await rm(images, { recursive: true, force: true })
await mkdir(images, { recursive: true })
for (const image of chosen) {
  const png = await sharp(join(source, 'img/google/64', image))
    .flatten({ background: '#ffffff' })
    .png({ palette: true, quality: 90, effort: 10, compressionLevel: 9 })
    .toBuffer()
  await writeFile(join(images, image), png)
}

const names = await readdir(images)
const sizes = await Promise.all(names.map(async (name) => (await stat(join(images, name))).size))
const kilobytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024)
console.log(`${names.length} images, ${kilobytes} KB`)
