// The colours of the map. The three kinds are safe for colour-blind eyes and always come with a hatch and a word.
import type { Kind } from '@/api/types'

export interface KindColour {
  /** Fill on the map and in the legend. */
  fill: string
  /** Outline and hatch: the same hue, dark enough to be read on light grey. */
  ink: string
}

export const KIND_COLOURS: Record<Kind, KindColour> = {
  approved_not_supplied: { fill: '#cc79a7', ink: '#8d3468' },
  supplied_not_used: { fill: '#e69f00', ink: '#8a5c00' },
  underused: { fill: '#0072b2', ink: '#004f7d' },
}

export const COLOURS = {
  outside: '#e7eaec',
  inside: '#f8f8f5',
  divisionLine: '#6a7078',
  divisionHalo: '#ffffff',
  parcelFill: '#e9e7de',
  parcelLine: '#b3b0a4',
  undeterminedLine: '#5f4a94',
  undeterminedFill: '#d9d3ea',
  building: '#9aa0a6',
  buildingLine: '#70767c',
  project: '#2a7a12',
  selection: '#d6001c',
  text: '#22262a',
  proposalLand: '#0f5fae',
  proposalBuilding: '#c0281c',
} as const

/**
 * Zones by the first two digits of the land-use code (用地用海分类): industry and mining in the brown family,
 * the rest muted. Working colours, not the national cartographic standard.
 */
export const ZONE_COLOURS: readonly (readonly [prefix: string, colour: string])[] = [
  ['07', '#f4e6a2'],
  ['08', '#e7b5c4'],
  ['09', '#eea9a0'],
  ['10', '#cfa57c'],
  ['11', '#c3a6d6'],
  ['12', '#c9cdd1'],
  ['13', '#a9c4d9'],
  ['14', '#b9dba4'],
]
export const ZONE_OTHER = '#dcdcd2'
