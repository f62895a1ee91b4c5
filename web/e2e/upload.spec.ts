// Runs after the other specs (by its name): what it commits changes the city.
import { readFile } from 'node:fs/promises'
import type { IssuesPage, Upload } from '../src/api/intake'
import type { ImportRow, Page as ListPage, ParcelItem } from '../src/api/types'
import { zhCN } from '../src/i18n/zh-CN'
import { type Page, expect, test } from './browser'
import { LandDriver } from './land-driver'

/** Drops a file of the disk on the page as a person would from a folder window. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const carried = await page.evaluateHandle(
    ([fileName, base64]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], fileName))
      return transfer
    },
    [name, bytes.toString('base64')] as const,
  )
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: carried })
}

const idOf = (page: Page) => new URL(page.url()).pathname.split('/').at(-1) ?? ''

test('a zipped GBK Shapefile is dropped, confirmed, tried, seen on the map, committed and listed', async ({ page }) => {
  // A trial, a commit and an evaluation of the whole city: on busy cores that takes longer than a page.
  test.setTimeout(240_000)
  const land = new LandDriver(page)
  const zip = process.env['MUJUN_OFFICE_ZIP']
  if (!zip) throw new Error('the run script did not say where the file is')
  await page.goto('/imports')
  await page.locator('[data-action="new-import"]').click()
  await drop(page, '宗地2026.zip', await readFile(zip))
  await expect(page).toHaveURL(/\/imports\/upload\/[0-9a-f]{32}/)

  // The columns in pinyin initials are understood, the text is Chinese and not mangled.
  const mapping = page.locator('[data-figure="mapping"]')
  await expect(mapping.locator('[data-field="parcel_code"] select')).toHaveValue('ZDDM', { timeout: 60_000 })
  await expect(page.locator('[data-figure="crs"]')).toContainText('4528')
  const firstRows = page.locator('[data-figure="first-rows"]')
  await expect(firstRows.locator('tbody tr')).toHaveCount(10)
  await expect(firstRows).toContainText(/[\u4e00-\u9fff]{4,}/)
  expect(await land.accessibilityFaults()).toEqual([])
  await land.keepPicture('intake-mapping')

  await page.locator('[name="provider"]').fill('某区自然资源所')
  await page.locator('[name="received_on"]').fill('2026-07-01')
  for (const doubt of await page.locator('[data-confirm]').all()) await doubt.check()
  await page.locator('[data-action="preview"]').click()
  const job = page.locator('[data-task="preview"][data-standing="done"]')
  await expect(job).toBeVisible({ timeout: 60_000 })
  await expect(job.locator('[data-figure="rows"]')).toContainText(zhCN.intake.rowFates.quarantined)
  await job.scrollIntoViewIfNeeded()
  await land.keepPicture('intake-preview')

  const upload = await land.api<Upload>(`/api/v1/uploads/${idOf(page)}`)
  const issues = await land.api<IssuesPage>(`/api/v1/uploads/${idOf(page)}/issues?limit=200`)
  const placed = issues.items.find(({ lon }) => lon !== null)
  if (!placed || placed.lon === null || placed.lat === null) throw new Error('no issue of the file has a place')
  await page.locator('select[name="code"]').selectOption(placed.code)
  await expect(page).toHaveURL(new RegExp(`code=${placed.code}`))
  const row = page.locator(`[data-issue="${placed.ordinal}"]`)
  await row.locator('[data-action="show-place"]').click()
  await expect(page).toHaveURL(new RegExp(`issue=${placed.ordinal}`))
  await expect(page.locator('.map-mark-chosen')).toHaveCount(1)
  await land.mapIsIdle()
  const mark = await page.locator('.map-mark-chosen').boundingBox()
  const pane = await page.locator('[data-figure="issue-map"]').boundingBox()
  if (!mark || !pane) throw new Error('the map or the mark is not there')
  expect(Math.abs(mark.x + mark.width / 2 - (pane.x + pane.width / 2)), 'the map went to the place').toBeLessThan(20)
  expect(Math.abs(mark.y + mark.height / 2 - (pane.y + pane.height / 2))).toBeLessThan(20)
  expect(await land.accessibilityFaults()).toEqual([])
  await row.scrollIntoViewIfNeeded()
  await land.keepPicture('intake-issues')

  await page.locator('[data-action="commit"]').click()
  await expect(page.getByRole('alertdialog')).toContainText(zhCN.intake.rowFates.quarantined)
  await page.locator('[data-action="confirm"]').click()
  await expect(page.locator('[data-figure="committed"]')).toContainText(zhCN.intake.toMap, { timeout: 120_000 })
  await land.keepPicture('intake-committed')

  const { items } = await land.api<{ items: ImportRow[] }>('/api/v1/imports')
  expect(items[0]).toMatchObject({ provider: '某区自然资源所', received_on: '2026-07-01', rows_new: upload.preview?.report?.rows.new })
  // On a small screen what to do and the place on the map are in sight without moving the table aside.
  await page.setViewportSize({ width: 1024, height: 768 })
  await row.locator('[data-action="show-place"]').click()
  const table = page.getByRole('region', { name: zhCN.imports.issues, exact: true })
  expect(await table.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
  await table.evaluate((element) => element.scrollIntoView({ block: 'end' }))
  await expect(page.locator('.map-mark-chosen')).toBeInViewport()
  await expect(row).toBeInViewport()
  await land.keepPicture('intake-issues-small')
  await page.setViewportSize({ width: 1440, height: 900 })

  await page.goto('/imports')
  const listed = page.locator('[data-figure="imports"] tbody tr').first()
  await expect(listed).toContainText('宗地2026.zip')
  await expect(listed).toContainText('2026-07-01')
  const [parcel] = (await land.api<ListPage<ParcelItem>>('/api/v1/parcels?limit=1&q=3304')).items
  if (!parcel) throw new Error('there is no parcel')
  await page.goto(`/map?q=${parcel.parcel_code}`)
  await expect(page.locator('.list tbody')).toContainText(parcel.parcel_code)
})

test('a table of outlines without a CRS waits for a person to place it, whatever language the browser speaks', async ({ page }) => {
  const land = new LandDriver(page)
  const ring = (x: number) => `POLYGON((${x} 3403497,${x + 50} 3403497,${x + 50} 3403547,${x} 3403547,${x} 3403497))`
  const rows = [1, 2, 3].map((row) => `33040200100${row}GB00001,东路${row}号,${(2500 * 3) / 2000},"${ring(40_571_000 + 100 * row)}"`)
  await page.goto('/imports/upload')
  const buffer = Buffer.from(`宗地代码,地址,证载面积,图形\n${rows.join('\n')}\n`)
  await page.locator('input[type="file"]').setInputFiles({ name: '清单.csv', mimeType: 'text/csv', buffer })
  const blocked = page.locator('[data-figure="blocked"]')
  await expect(blocked).toContainText(zhCN.intake.blockedPosition.undecided, { timeout: 60_000 })
  await expect(page.locator('[data-figure="first-rows"]')).toHaveCount(0)
  expect(await page.locator('[data-figure="crs"]').innerText(), 'nothing to type, no folder of the server').not.toMatch(/import|\/.*清单/)

  await page.locator('[data-fix="EPSG:4528"]').check()
  await expect(page.locator('[data-figure="first-rows"] tbody tr')).toHaveCount(3, { timeout: 60_000 })
  await expect(page.locator('[name="unit-documentary_area_m2"]')).toHaveValue('mu')
  await page.locator('[name="received_on"]').fill('06/30/2026')
  await expect(blocked).toContainText(zhCN.intake.blockedDay(zhCN.imports.receivedOn))
  await page.locator('[name="received_on"]').fill('2026年6月30日')
  await page.keyboard.press('Tab')
  await expect(page.locator('[name="received_on"]')).toHaveValue('2026-06-30')
  await expect(blocked).toHaveCount(0)
  expect(await land.accessibilityFaults()).toEqual([])

  await page.locator('[data-action="discard"]').press('Enter')
  await expect(page.getByRole('alertdialog')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.locator('[data-action="discard"]')).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/imports$/)
})

test('a file that is none says so in Chinese and is thrown away', async ({ page, complaints }) => {
  const land = new LandDriver(page)
  await page.goto('/imports/upload')
  await page.locator('input[type="file"]').setInputFiles({ name: '坏.gpkg', mimeType: 'application/octet-stream', buffer: Buffer.from('not a database') })
  await expect(page.getByRole('alert').first()).toContainText('坏.gpkg', { timeout: 60_000 })
  await expect(page.locator('[data-figure="job"]')).toContainText(zhCN.intake.unreadable)
  await expect(page.locator('[data-action="preview"]')).toHaveCount(0)
  expect(await land.accessibilityFaults()).toEqual([])
  await land.keepPicture('intake-unreadable')
  const id = idOf(page)
  await page.locator('[data-action="discard"]').click()
  await page.locator('[data-action="confirm"]').click()
  await expect(page).toHaveURL(/\/imports$/)
  const { items } = await land.api<{ items: Upload[] }>('/api/v1/uploads')
  expect(items.map((upload) => upload.id)).not.toContain(id)
  // The browser reports the refusal that was meant to happen.
  complaints.console = complaints.console.filter((text) => !text.includes('422'))
})
