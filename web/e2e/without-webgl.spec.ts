import { zhCN } from '../src/i18n/zh-CN'
import { expect, test } from './browser'
import { LandDriver } from './land-driver'

test('without WebGL the list and the card still work', async ({ page }) => {
  const land = new LandDriver(page)
  await page.goto('/map?kind=underused')
  await expect(page.getByText(zhCN.map.noWebGl)).toBeVisible()
  const parcel = await land.flaggedParcel('underused')
  await page.locator(`[data-parcel="${parcel.parcel_code}"]`).click()
  await expect(land.openCard(parcel.parcel_code)).toBeVisible()
  const flag = await land.flagOf(parcel, 'underused')
  await expect(land.reason(flag.rule_id)).toContainText(flag.force_label)
  expect(await land.accessibilityFaults()).toEqual([])
  await land.keepPicture('without-webgl')
})

test('without WebGL a proposal can be checked from JSON', async ({ page }) => {
  const land = new LandDriver(page)
  await page.goto('/proposals')
  await land.checkExample('unmet')
  await expect(land.overallVerdict()).toHaveAttribute('data-verdict', 'unmet')
})
