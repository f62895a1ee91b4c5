// Writes a .gz and a .br file beside every text file of the build, so that the server compresses nothing at run time.
// Files under 1 KiB and files that would not shrink are left alone. No dependency: Node's own zlib.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const COMPRESSIBLE = /\.(?:js|mjs|css|html|svg|json)$/
const SMALLEST = 1024

const root = process.argv[2] ?? 'dist'
const entries = await readdir(root, { recursive: true, withFileTypes: true })
const total = { files: 0, raw: 0, gzip: 0, brotli: 0 }

for (const entry of entries) {
  if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue
  const path = join(entry.parentPath, entry.name)
  const raw = await readFile(path)
  if (raw.length < SMALLEST) continue
  const gzip = gzipSync(raw, { level: 9 })
  const brotli = brotliCompressSync(raw, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
  })
  if (gzip.length < raw.length) await writeFile(`${path}.gz`, gzip)
  if (brotli.length < raw.length) await writeFile(`${path}.br`, brotli)
  total.files += 1
  total.raw += raw.length
  total.gzip += gzip.length
  total.brotli += brotli.length
}
console.log(`precompressed ${total.files} files: ${total.raw} B raw, ${total.gzip} B gzip, ${total.brotli} B brotli`)
