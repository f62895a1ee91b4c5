import type { Polygon } from 'geojson'
import { expect, it } from 'vitest'
import { composeProposal, cornersOf, emptyForm, parseProposal } from './proposal'

const square: Polygon = {
  type: 'Polygon',
  coordinates: [
    [
      [120.7, 30.7],
      [120.71, 30.7],
      [120.71, 30.71],
      [120.7, 30.71],
      [120.7, 30.7],
    ],
  ],
}

it('a form without land is not sent', () => {
  expect(composeProposal(emptyForm(), '未命名')).toEqual({ ok: false, fault: 'land' })
})

it('an unknown condition is left out rather than sent as no', () => {
  const form = { ...emptyForm(), land: square }
  form.flags.upgrade_approved = 'yes'
  form.flags.conforms_to_plan = 'no'
  const composed = composeProposal(form, '未命名')
  expect(composed).toMatchObject({ ok: true, proposal: { flags: { upgrade_approved: true, conforms_to_plan: false } } })
  if (composed.ok) expect(composed.proposal.flags).not.toHaveProperty('general_purpose_factory')
})

it('an empty area is not known and is not sent as zero', () => {
  const form = { ...emptyForm(), land: square }
  form.areas.yard_m2 = 0
  const composed = composeProposal(form, '未命名')
  if (composed.ok) expect(composed.proposal.areas).toEqual({ yard_m2: 0 })
  expect(composed.ok).toBe(true)
})

it('an exception is sent even when half of it is wanting', () => {
  const form = { ...emptyForm(), land: square }
  expect(composeProposal(form, '未命名')).not.toHaveProperty('proposal.exception')
  form.exception.reason = ' 工艺 '
  expect(composeProposal(form, '未命名')).toMatchObject({ proposal: { exception: { reason: '工艺', document: '' } } })
})

it('an empty industry is left out and an empty name gets the stand-in', () => {
  const composed = composeProposal({ ...emptyForm(), land: square, industry: ' ' }, '未命名')
  expect(composed).toMatchObject({ ok: true, proposal: { name: '未命名' } })
  if (composed.ok) expect(composed.proposal).not.toHaveProperty('industry')
})

it('a text that is not JSON is refused as such', () => {
  expect(parseProposal('{')).toEqual({ ok: false, fault: 'json' })
  expect(parseProposal('[]')).toEqual({ ok: false, fault: 'json' })
})

it('a text without land or with a bad footprint names the field', () => {
  expect(parseProposal('{"buildings":[]}')).toMatchObject({ ok: false, fault: expect.stringContaining('land') })
  const bad = JSON.stringify({ land: square, buildings: [{ footprint: { type: 'Point' } }] })
  expect(parseProposal(bad)).toMatchObject({ ok: false, fault: expect.stringContaining('buildings[0]') })
})

it('a whole text is passed on unchanged', () => {
  const proposal = { name: '甲', crs: 'EPSG:4549', land: square, buildings: [], flags: { upgrade_approved: true } }
  expect(parseProposal(JSON.stringify(proposal))).toEqual({ ok: true, proposal })
})

it('the closing point of a ring is no corner', () => {
  expect(cornersOf(square)).toBe(4)
})
