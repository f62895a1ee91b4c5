import type { Finding, Life, Page as ListPage } from '../src/api/types'
import { findingPath, keyOf } from '../src/domain/life'
import { zhCN } from '../src/i18n/zh-CN'
import { type Page, SERVER, expect, test } from './browser'
import { LandDriver } from './land-driver'

/** A flag of a parcel that nobody has looked at. */
async function suspected(land: LandDriver, kind: string): Promise<Finding> {
  const { items } = await land.api<ListPage<Finding>>(`/api/v1/findings?kind=${kind}&state=suspected&limit=50`)
  const found = items.find(({ parcel_code }) => parcel_code)
  if (!found) throw new Error(`the city has no suspected flag of kind ${kind}`)
  return found
}

async function fill(page: Page, step: string, fields: Record<string, string>): Promise<void> {
  await page.locator(`[data-step="${step}"]`).check()
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`.decision-form [name="${name}"]`)
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value)
    else await field.fill(value)
  }
}

const submit = (page: Page) => page.locator('[data-action="decide"]').click()

test('a flag is verified and determined from its card, and the list shows where it stands', async ({ page, complaints }) => {
  const land = new LandDriver(page)
  const finding = await suspected(land, 'underused')
  await land.openMap(`?tab=findings&state=suspected&kind=underused&sel=parcel:${finding.division_code}:${finding.parcel_code}`)
  const reason = land.reason(finding.rule_id).first()
  await reason.locator('[data-action="life"]').click()
  await expect(reason).toContainText(zhCN.life.none)

  await submit(page)
  await expect(reason).toContainText(zhCN.life.faults.step)
  await fill(page, 'verified', { decided_by: '某区自然资源所', decided_on: '2024-03-01' })
  await submit(page)
  await expect(reason).toContainText(zhCN.life.faults.empty(zhCN.life.fields.reason))
  await fill(page, 'verified', { reason: '现场查看，厂房闲置一半' })
  await submit(page)
  await expect(reason.locator('[data-sequence="1"]')).toContainText('现场查看，厂房闲置一半')
  await expect(reason.locator('summary [data-state="verified"]')).toBeVisible()

  // 认定 rests on a document; a day to come is refused by the server, in words beside the field.
  await fill(page, 'determined', { decided_by: '某市局', decided_on: '9999-01-01', reason: '经调查认定', conclusion: 'underused' })
  await submit(page)
  await expect(reason).toContainText(zhCN.life.faults.empty(zhCN.life.fields.document_number))
  await fill(page, 'determined', { document_number: '某自然资认〔2024〕1 号', document_dated: '2024-04-01' })
  await submit(page)
  await expect(reason.locator('.fault')).toContainText('晚于今天')
  await fill(page, 'determined', { decided_on: '2024-04-01' })
  await submit(page)
  const second = reason.locator('[data-sequence="2"]')
  await expect(second).toContainText('某自然资认〔2024〕1 号')
  await expect(second.locator('.original')).toContainText(`${zhCN.kinds.underused} · ${zhCN.suspected}`)
  for (const line of finding.arithmetic) {
    const words = (text: string) => text.replace(/[\s\u2009]+/g, '')
    expect(words(await second.locator('.original').innerText())).toContain(words(line))
  }
  await expect(page.locator('.card header')).toContainText(`${zhCN.kinds.underused} · ${zhCN.life.states.determined}`)
  expect(await land.accessibilityFaults()).toEqual([])
  await reason.scrollIntoViewIfNeeded()
  await land.keepPicture('life-card')

  await page.locator('[data-filter="state"] .el-select__wrapper, .el-select__wrapper:has([aria-label="办理状态"])').first().click()
  await page.getByRole('option', { name: new RegExp(`^${zhCN.life.states.determined}`) }).click()
  await expect(page).toHaveURL(/state=determined/)
  await expect(page.locator('.list tbody tr [data-state="determined"]').first()).toBeVisible()
  await expect(page.locator(`[data-finding-of="${finding.subject.code}"]`).first()).toBeVisible()
  await expect(page.locator('.list tbody [data-state="suspected"]')).toHaveCount(0)
  await land.keepPicture('life-list')
  // The browser reports the refusal that was meant to happen.
  complaints.console = complaints.console.filter((text) => !text.includes('400'))
})

test('who decides second is told what the first did, and nothing is lost of what was typed', async ({ page, complaints }) => {
  const land = new LandDriver(page)
  const finding = await suspected(land, 'supplied_not_used')
  const key = keyOf(finding)
  if (!key) throw new Error('a finding of the city has a division')
  await page.goto(findingPath(key))
  await fill(page, 'verified', { decided_by: '乙所', decided_on: '2024-03-02', reason: '已到现场' })

  const address = `${SERVER}/api/v1${findingPath(key)}/determinations`
  const seen = (await (await page.request.get(address)).json()) as Life
  const first = { seen_sequence: 0, seen_finding_sha256: seen.seen_finding_sha256, step: 'verified_not', decided_by: '甲所', decided_on: '2024-03-01', reason: '已按期开工' }
  expect((await page.request.post(address, { data: first })).status()).toBe(201)

  await submit(page)
  await expect(page.getByRole('alert')).toContainText('其间已有新的办理记录')
  await expect(page.locator('[data-sequence="1"]').first()).toContainText('甲所')
  await expect(page.locator('[data-finding] > .subject [data-state="refuted"]')).toBeVisible()
  await expect(page.locator('.remark').first()).toContainText('最新评价仍标记')
  expect(await land.accessibilityFaults()).toEqual([])
  await land.keepPicture('life-conflict')
  complaints.console = complaints.console.filter((text) => !text.includes('409'))
})
