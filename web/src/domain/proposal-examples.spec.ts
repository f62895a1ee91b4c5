import { expect, it } from 'vitest'
import { composeProposal, parseProposal } from './proposal'
import { exampleOf } from './proposal-examples'

it.each(['unmet', 'undetermined', 'met'] as const)('the example %s is a whole proposal with closed rings', (name) => {
  const composed = composeProposal(exampleOf(name), '')
  expect(composed.ok).toBe(true)
  if (!composed.ok) return
  expect(parseProposal(JSON.stringify(composed.proposal))).toEqual(composed)
  for (const { footprint } of composed.proposal.buildings) {
    const ring = footprint.coordinates[0] ?? []
    expect(ring[0]).toEqual(ring.at(-1))
  }
})
