import type { ImportRow, TargetProgress } from '../src/api/types'
import { formatCount, formatMu, formatShare } from '../src/domain/format'
import { bridgeCloses } from '../src/domain/target'
import { composeProposal } from '../src/domain/proposal'
import { exampleOf } from '../src/domain/proposal-examples'
import { zhCN } from '../src/i18n/zh-CN'
import { expect, test } from './browser'
import { LandDriver } from './land-driver'

test('the target page shows the progress and a bridge that closes', async ({ page }) => {
  const land = new LandDriver(page)
  await page.goto('/target')
  const progress = await land.api<TargetProgress>('/api/v1/target')
  await expect(page.locator('[data-figure="progress"]')).toContainText(formatMu(progress.credited_m2))
  await expect(page.locator('[data-figure="progress"]')).toContainText(formatShare(progress.share))
  expect(bridgeCloses(progress.bridge)).toBe(true)
  const rows = page.locator('[data-figure="bridge"] tbody tr')
  await expect(rows).toHaveCount(progress.bridge.length)
  for (const [index, step] of progress.bridge.entries()) {
    await expect(rows.nth(index)).toContainText(step.label)
    await expect(rows.nth(index)).toContainText(formatMu(step.area_m2))
  }
  await expect(page.locator('.chart canvas')).toBeVisible()
  expect(await land.accessibilityFaults()).toEqual([])
  await page.screenshot({ path: new URL('./artifacts/target.png', import.meta.url).pathname })
})

for (const verdict of ['unmet', 'undetermined', 'met'] as const) {
  test(`a proposal that should come out ${verdict} does, with its reasons`, async ({ page }) => {
    const land = new LandDriver(page)
    await page.goto('/proposals')
    await land.checkExample(verdict)
    await expect(land.overallVerdict()).toHaveText(new RegExp(zhCN.verdicts[verdict]))
    await expect(land.overallVerdict()).toHaveAttribute('data-verdict', verdict)
    await expect(page.locator(`details[data-rule] [data-verdict="${verdict}"]`).first()).toBeVisible()
    if (verdict === 'undetermined') await expect(page.locator('details.look-undetermined').first()).toContainText(zhCN.why.how)
    expect(await land.accessibilityFaults()).toEqual([])
    await land.mapIsIdle()
    await land.keepPicture(`proposal-${verdict}`)
  })
}

test('a proposal file is read and checked', async ({ page }) => {
  const land = new LandDriver(page)
  const composed = composeProposal({ ...exampleOf('met'), name: '文件方案' }, '')
  if (!composed.ok) throw new Error('the example is not whole')
  await page.goto('/proposals')
  await page.getByRole('button', { name: zhCN.proposals.paste }).click()
  await page.locator('input[type="file"]').setInputFiles({
    name: 'proposal.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(composed.proposal)),
  })
  await page.locator('[data-action="check"]').click()
  await expect(land.overallVerdict()).toHaveAttribute('data-verdict', 'met')
  await expect(page.locator('[data-figure="verdict"]')).toContainText('文件方案')
})

test('a proposal without land is not sent and says what is missing', async ({ page }) => {
  await page.goto('/proposals')
  await page.locator('[data-action="check"]').click()
  await expect(page.getByRole('alert')).toContainText(zhCN.proposals.faultLand)
})

test('land and a footprint drawn on the map are checked', async ({ page }) => {
  const land = new LandDriver(page)
  await page.goto('/proposals')
  await page.locator('[data-example="met"]').click()
  await land.mapIsIdle()
  await page.getByRole('button', { name: zhCN.proposals.clear }).click()
  const box = await page.locator('.map-pane canvas').first().boundingBox()
  if (!box) throw new Error('there is no map')
  const at = (x: number, y: number) => ({ x: box.x + box.width * x, y: box.y + box.height * y })
  await page.locator('[data-action="draw-land"]').click()
  await land.drawPolygon([at(0.2, 0.3), at(0.8, 0.3), at(0.8, 0.7), at(0.2, 0.7)])
  await expect(page.locator('[data-figure="land"]')).toContainText(zhCN.proposals.landDone(4))
  await page.locator('[data-action="draw-building"]').click()
  await land.drawPolygon([at(0.3, 0.4), at(0.6, 0.4), at(0.6, 0.6), at(0.3, 0.6)])
  await expect(page.getByLabel(`${zhCN.proposals.buildings} 1`)).toHaveValue(zhCN.proposals.buildingName(1))
  await page.locator('[data-action="check"]').click()
  await expect(land.overallVerdict()).toBeVisible()
  await land.keepPicture('proposal-drawn')
})

test('the imports page lists every import and the issues of one with remedies', async ({ page }) => {
  const land = new LandDriver(page)
  const { items } = await land.api<{ items: ImportRow[] }>('/api/v1/imports')
  await page.goto('/imports')
  await expect(page.locator('tbody tr')).toHaveCount(items.length)
  const worst = [...items].sort((one, other) => other.issue_count - one.issue_count)[0]
  if (!worst || worst.issue_count === 0) throw new Error('the sample has no import with issues')
  await page.getByRole('button', { name: `${zhCN.imports.view} ${worst.file_name} ${worst.issue_count}` }).click()
  const issues = page.getByRole('region', { name: zhCN.imports.issuesOf(worst.file_name) })
  await expect(issues).toContainText(formatCount(worst.issue_count))
  await expect(issues.locator('code').first()).toHaveText(/^ING-\d{3}$/)
  expect(await land.accessibilityFaults()).toEqual([])
  await land.keepPicture('imports')
})

test('the page speaks English when asked to and keeps doing so on the next page', async ({ page }) => {
  await page.goto('/target?lang=en')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Target')
  await page.getByRole('link', { name: 'Data' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Data')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
})
