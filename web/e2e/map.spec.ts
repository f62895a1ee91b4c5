import type { Feature, FeatureCollection, MultiPolygon } from 'geojson'
import type { ProjectItem } from '../src/api/types'
import { formatCount, formatMu } from '../src/domain/format'
import { zhCN } from '../src/i18n/zh-CN'
import { expect, test } from './browser'
import { LandDriver } from './land-driver'

const KINDS = ['approved_not_supplied', 'supplied_not_used', 'underused'] as const

test('the legend counts what the server counts', async ({ page }) => {
  const land = new LandDriver(page)
  await land.openMap()
  const { kinds, undetermined } = await land.summary()
  for (const { kind, count, area_m2 } of kinds) {
    const row = page.locator(`[data-layer="${kind}"]`)
    await expect(row.locator('[data-figure="count"]')).toHaveText(formatCount(count))
    await expect(row.locator('[data-figure="mu"]')).toHaveText(`${formatMu(area_m2)} 亩`)
  }
  await expect(page.locator('[data-layer="undetermined"] [data-figure="count"]')).toHaveText(formatCount(undetermined.parcels))
  await land.keepPicture('map-city')
})

test('the data is marked as synthetic where it is', async ({ page }) => {
  const land = new LandDriver(page)
  await land.openMap()
  const { scope } = await land.summary()
  await expect(page.getByText(scope.data_label ?? zhCN.scope.asOf).first()).toBeVisible()
  await expect(page.getByRole('group', { name: zhCN.scope.label })).toContainText(scope.as_of)
})

for (const kind of ['underused', 'supplied_not_used'] as const) {
  test(`a parcel flagged ${kind}, clicked on the map, tells its reason`, async ({ page }) => {
    const land = new LandDriver(page)
    const parcel = await land.flaggedParcel(kind)
    await land.openMap(`?at=16/${parcel.label_lat}/${parcel.label_lon}`)
    const drawn = await land.drawnAt(parcel.label_lon, parcel.label_lat, [`${kind}-fill`])
    expect(drawn.map((properties) => properties['parcel_code'])).toContain(parcel.parcel_code)

    await land.clickMapAt(parcel.label_lon, parcel.label_lat)
    await expect(land.openCard(parcel.parcel_code)).toBeVisible()
    await expect.poll(() => land.outlined('parcels', `${kind}-fill`)).toContain(parcel.parcel_code)

    const flag = await land.flagOf(parcel, kind)
    const reason = land.reason(flag.rule_id)
    await expect(reason).toContainText(`${zhCN.kinds[kind]} · ${zhCN.suspected}`)
    await expect(reason).toContainText(flag.force_label)
    await expect(reason).toContainText(flag.citation?.document_title ?? zhCN.why.noCitation)
    const words = (text: string) => text.replace(/[\s\u2009]+/g, '')
    const shown = words(await reason.innerText())
    expect(flag.arithmetic.length).toBeGreaterThan(0)
    for (const line of flag.arithmetic) expect(shown).toContain(words(line))
    for (const input of flag.inputs) {
      expect(shown).toContain(words(input.text))
      if (input.source?.file) expect(shown).toContain(words(input.source.file))
    }
    for (const way of flag.clearance) expect(shown).toContain(words(way))
    await land.keepPicture(`map-${kind}`)
  })
}

test('the ground left of an approval, clicked on the map, shows its balance', async ({ page }) => {
  const land = new LandDriver(page)
  const { items } = await land.api<{ items: { subject: { code: string }; label_lon: number; label_lat: number; flagged_area_m2: number }[] }>(
    '/api/v1/findings?kind=approved_not_supplied&limit=1',
  )
  const [left] = items
  if (!left) throw new Error('the city has no leftover ground')
  await land.openMap(`?at=16/${left.label_lat}/${left.label_lon}`)
  await land.clickMapAt(left.label_lon, left.label_lat)
  const card = land.openCard(left.subject.code)
  await expect(card).toBeVisible()
  await expect(card).toContainText(`${formatMu(left.flagged_area_m2)} 亩`)
  await expect(card).toContainText(zhCN.card.conserved)
  await land.keepPicture('map-leftover')
})

test('a renovation project, clicked on its line, shows its steps and what it is credited', async ({ page }) => {
  const land = new LandDriver(page)
  const { features } = await land.api<FeatureCollection<MultiPolygon, { project_code: string; division_code: string }>>('/collections/projects/items?limit=1')
  const project = features[0]
  const [first, second] = project?.geometry.coordinates[0]?.[0] ?? []
  if (!project || !first || !second) throw new Error('the city has no project with a line')
  const [lon, lat] = [((first[0] ?? 0) + (second[0] ?? 0)) / 2, ((first[1] ?? 0) + (second[1] ?? 0)) / 2]
  await land.openMap(`?at=16/${lat}/${lon}`)
  await land.clickMapAt(lon, lat)
  const { items } = await land.api<{ items: ProjectItem[] }>(`/api/v1/projects?code=${project.properties.project_code}`)
  const card = land.openCard(project.properties.project_code)
  await expect(card).toContainText(items[0]?.name ?? '')
  await expect(card).toContainText(`${formatMu(items[0]?.credited_m2)} 亩`)
  for (const { label, happened_on } of items[0]?.events ?? []) {
    await expect(card.locator('tr', { hasText: label ?? '' }).first()).toContainText(happened_on)
  }
  await expect.poll(() => land.outlined('projects', 'projects-fill')).toContain(project.properties.project_code)
  await expect(page).toHaveURL(/sel=project/)
  await land.keepPicture('map-project')
})

test('the list names the rule that flags by its title, and the tab says which page it is', async ({ page }) => {
  const land = new LandDriver(page)
  const parcel = await land.flaggedParcel('underused')
  await land.openMap('?kind=underused')
  await expect(page).toHaveTitle(zhCN.productLong)
  await expect(page.locator('tbody tr').first()).toContainText(parcel.basis_title ?? 'no title')
  await page.goto(`/parcels/${parcel.division_code}/${parcel.parcel_code}`)
  await expect(page).toHaveTitle(`${parcel.parcel_code} · ${zhCN.card.title} · ${zhCN.product}`)
})

test('the GeoJSON of a selected parcel is downloaded and is that parcel', async ({ page }) => {
  const land = new LandDriver(page)
  const parcel = await land.flaggedParcel('underused')
  await land.openMap(`?sel=parcel:${parcel.division_code}:${parcel.parcel_code}`)
  await expect(land.openCard(parcel.parcel_code)).toBeVisible()
  const feature = await land.downloaded<Feature>(() => page.locator('[data-action="geojson"]').click())
  expect(feature.type).toBe('Feature')
  expect(['Polygon', 'MultiPolygon']).toContain(feature.geometry.type)
  expect(feature.properties?.['parcel_code']).toBe(parcel.parcel_code)
})

test('a row of the list selects its parcel and brings it into view', async ({ page }) => {
  const land = new LandDriver(page)
  await land.openMap('?kind=underused')
  const parcel = await land.flaggedParcel('underused')
  await page.locator(`[data-parcel="${parcel.parcel_code}"]`).click()
  await expect(land.openCard(parcel.parcel_code)).toBeVisible()
  await expect.poll(() => land.outlined('parcels', 'underused-fill'), { timeout: 30_000 }).toContain(parcel.parcel_code)
})

test('a link opens again what was on the screen', async ({ page }) => {
  const land = new LandDriver(page)
  const parcel = await land.flaggedParcel('underused')
  await land.openMap(`?kind=underused&sort=plot_ratio&hide=zones`)
  await page.locator('tbody tr').first().click()
  const card = page.locator('[data-card]')
  await expect(card).toBeVisible()
  const code = await card.getAttribute('data-card')
  await expect(page).toHaveURL(/sel=parcel/)
  await expect(page).toHaveURL(/at=1[56]\./)
  await page.reload()
  await land.mapIsIdle()
  await expect(land.openCard(code ?? parcel.parcel_code)).toBeVisible()
  await expect(page.locator('[data-layer="zones"] input')).not.toBeChecked()
  await expect(page.locator('th[aria-sort="ascending"]')).toHaveText(zhCN.list.columns.plotRatio)
})

test('a total is the sum of the city and not of the rounded rows', async ({ page }) => {
  const land = new LandDriver(page)
  await land.openMap('?kind=underused')
  const { total } = await land.api<{ total: { count: number; area_m2: number } }>('/api/v1/parcels?kind=underused&limit=1')
  await expect(page.locator('[data-figure="list-total"]')).toHaveText(zhCN.list.total(formatCount(total.count), formatMu(total.area_m2)))
})

test('an empty list names the filters that emptied it', async ({ page }) => {
  const land = new LandDriver(page)
  await land.openMap('?kind=underused&q=没有这个名字')
  await expect(page.locator('[data-empty]')).toContainText('类型“用而未尽”、搜索“没有这个名字”')
})

test('a parcel that does not exist is a problem said in Chinese', async ({ page, complaints }) => {
  const land = new LandDriver(page)
  await land.openMap('?sel=parcel:330402:no-such-parcel')
  await expect(page.getByRole('alert')).toContainText('no-such-parcel')
  // The browser itself logs the 404 that this test asks for.
  complaints.console = complaints.console.filter((text) => !text.includes('404'))
})

test('the reasons are copied as the text of the panel', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const land = new LandDriver(page)
  const parcel = await land.flaggedParcel('underused')
  const flag = await land.flagOf(parcel, 'underused')
  await land.openMap(`?sel=parcel:${parcel.division_code}:${parcel.parcel_code}`)
  await land.reason(flag.rule_id).getByRole('button', { name: zhCN.why.copy }).click()
  await expect(land.reason(flag.rule_id)).toContainText(zhCN.why.copied)
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  const words = (text: string) => text.replace(/[\s\u2009]+/g, '')
  for (const line of [...flag.arithmetic, ...flag.clearance]) expect(words(copied)).toContain(words(line))
})

test('the printable card holds every reason open', async ({ page }) => {
  const land = new LandDriver(page)
  const parcel = await land.flaggedParcel('underused')
  await page.goto(`/parcels/${parcel.division_code}/${encodeURIComponent(parcel.parcel_code)}`)
  await expect(land.openCard(parcel.parcel_code)).toBeVisible()
  expect(await page.locator('details[data-rule]:not([open])').count()).toBe(0)
  expect(await land.accessibilityFaults()).toEqual([])
  await page.screenshot({ path: new URL('./artifacts/parcel-page.png', import.meta.url).pathname, fullPage: true })
})

test('the map page has no accessibility fault', async ({ page }) => {
  const land = new LandDriver(page)
  const parcel = await land.flaggedParcel('underused')
  await land.openMap(`?sel=parcel:${parcel.division_code}:${parcel.parcel_code}`)
  await expect(land.openCard(parcel.parcel_code)).toBeVisible()
  expect(await land.accessibilityFaults()).toEqual([])
})

test('every kind can be switched off and leaves the map', async ({ page }) => {
  const land = new LandDriver(page)
  const parcel = await land.flaggedParcel('underused')
  await land.openMap(`?at=16/${parcel.label_lat}/${parcel.label_lon}`)
  expect(await land.drawnAt(parcel.label_lon, parcel.label_lat, ['underused-fill'])).not.toEqual([])
  for (const kind of KINDS) await page.locator(`[data-layer="${kind}"] input`).uncheck()
  await land.mapIsIdle()
  expect(await land.drawnAt(parcel.label_lon, parcel.label_lat, ['underused-fill', 'underused-hatch'])).toEqual([])
  await expect(page).toHaveURL(/hide=/)
})

test('the map draws every zoom from the whole city to one parcel without a complaint', async ({ page }) => {
  test.setTimeout(240_000)
  const land = new LandDriver(page)
  const { label_lat, label_lon } = await land.flaggedParcel('underused')
  for (let zoom = 6; zoom <= 17; zoom += 1) {
    await land.openMap(`?at=${zoom}/${label_lat}/${label_lon}`)
    await land.keepPicture(`map-zoom-${zoom}`)
  }
})
