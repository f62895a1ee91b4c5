import { expect, it } from 'vitest'
import { kindChosen, layerToggled } from './actions'

it('a layer is switched off and on again', () => {
  expect(layerToggled(['zones'], 'buildings')).toEqual(['zones', 'buildings'])
  expect(layerToggled(['zones', 'buildings'], 'zones')).toEqual(['buildings'])
})

it('approved land that was not supplied is listed by approval', () => {
  expect(kindChosen({ kind: 'underused', tab: 'parcels' }, 'approved_not_supplied')).toEqual({ kind: null, tab: 'approvals' })
})

it('a second click on a kind lists everything again', () => {
  expect(kindChosen({ kind: null, tab: 'approvals' }, 'underused')).toEqual({ kind: 'underused', tab: 'parcels' })
  expect(kindChosen({ kind: 'underused', tab: 'parcels' }, 'underused')).toEqual({ kind: null, tab: 'parcels' })
})
