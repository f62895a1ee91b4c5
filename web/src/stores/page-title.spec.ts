import { expect, it } from 'vitest'
import { zhCN } from '@/i18n/zh-CN'
import { router } from '@/router'
import { pageTitle } from './page-title'

it('every page has a title of its own that ends with the product', () => {
  const named = router.getRoutes().flatMap(({ name }) => (name ? [name] : []))
  const titles = named.map((name) => pageTitle({ name, params: { code: '330402001001GB00001' } }, zhCN))
  expect(new Set(titles).size).toBe(named.length)
  for (const title of titles) expect(title).toContain(zhCN.product)
})

it('the page of a parcel is found again by its code', () => {
  expect(pageTitle({ name: 'parcel', params: { code: 'P-1' } }, zhCN)).toMatch(/^P-1 · /)
})
