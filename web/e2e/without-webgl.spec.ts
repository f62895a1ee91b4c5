import { readFile } from 'node:fs/promises'
import { zhCN } from '../src/i18n/zh-CN'
import { ARTIFACTS, type Page, expect, test } from './browser'
import { LandDriver } from './land-driver'

/** The picture of the map once it is there. */
async function drawn(page: Page) {
  await expect(page.locator('.picture-map')).toHaveAttribute('data-standing', 'drawn')
  return page.locator('.picture-map img')
}

const zoomOf = (page: Page) => Number(/at=([\d.]+)/.exec(decodeURIComponent(page.url()))?.[1])

test('without WebGL the map is a picture from the server, and the list and the card still work', async ({ page }) => {
  const land = new LandDriver(page)
  await page.goto('/map?kind=underused')
  await expect(page.getByText(zhCN.map.noWebGl)).toBeVisible()
  const picture = await drawn(page)
  const size = await picture.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight, image.clientWidth, image.clientHeight])
  expect(size[0]).toBe(size[2])
  expect(size[1]).toBe(size[3])
  await land.keepPicture('without-webgl-city')
  const parcel = await land.flaggedParcel('underused')
  await page.locator(`[data-parcel="${parcel.parcel_code}"]`).click()
  await expect(land.openCard(parcel.parcel_code)).toBeVisible()
  const flag = await land.flagOf(parcel, 'underused')
  await expect(land.reason(flag.rule_id)).toContainText(flag.force_label)
  await expect(await drawn(page)).toHaveAttribute('src', new RegExp(`selected=parcel%3A${parcel.division_code}`))
  expect(await land.accessibilityFaults()).toEqual([])
  await land.keepPicture('without-webgl')
})

test('without WebGL the map is moved, zoomed and clicked, by keys as well', async ({ page }) => {
  const land = new LandDriver(page)
  const parcel = await land.flaggedParcel('supplied_not_used')
  await page.goto(`/map?at=16/${parcel.label_lat}/${parcel.label_lon}`)
  const before = await (await drawn(page)).getAttribute('src')
  await page.locator('[data-action="zoom-in"]').click()
  await expect.poll(() => zoomOf(page)).toBe(17)
  expect(await (await drawn(page)).getAttribute('src')).not.toBe(before)
  await page.locator('[data-action="zoom-out"]').click()
  await expect.poll(() => zoomOf(page)).toBe(16)
  const map = page.locator('.picture-map')
  await map.focus()
  const here = page.url()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => page.url()).not.toBe(here)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('+')
  await expect.poll(() => zoomOf(page)).toBe(17)
  await drawn(page)
  const box = await map.boundingBox()
  if (!box) throw new Error('the map has no box')
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  await expect(land.openCard(parcel.parcel_code)).toBeVisible()
  await drawn(page)
  await land.keepPicture('without-webgl-parcel')
})

test('what is on the screen is printed as a sheet', async ({ page }) => {
  await page.goto('/map?hide=zones')
  await drawn(page)
  const link = page.locator('[data-action="print"]')
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
  const bytes = await readFile(await download.path())
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-')
  expect(new URL(download.url()).searchParams.get('layers')).not.toContain('zones')
  await download.saveAs(`${ARTIFACTS}map.pdf`)
})

test('without WebGL a proposal can be checked from JSON', async ({ page }) => {
  const land = new LandDriver(page)
  await page.goto('/proposals')
  await land.checkExample('unmet')
  await expect(land.overallVerdict()).toHaveAttribute('data-verdict', 'unmet')
})
