import { expect, it } from 'vitest'
import { listedCollection } from './listed-collection'

const listed = { tab: 'parcels', kind: 'underused', county: '330481', q: '' } as const

it('the download carries the filters of the list', () => {
  expect(listedCollection(listed)).toBe('/collections/parcels/items?f=json&limit=10000&kind=underused&county=330481')
})

it('a filter that the collection does not know gives no download rather than a wrong one', () => {
  expect(listedCollection({ ...listed, q: '硖石' })).toBeNull()
  expect(listedCollection({ ...listed, kind: 'undetermined' })).toBeNull()
  expect(listedCollection({ ...listed, tab: 'approvals' })).toBeNull()
})

it('without a filter the whole collection is offered already', () => {
  expect(listedCollection({ ...listed, kind: null, county: null })).toBeNull()
})
