// Every parameter of the map page's address: camera, filters, selection, switched-off layers, language.
import { MAP_LAYERS, type MapLayer } from '@/domain/legend'
import { KINDS } from '@/domain/kinds'
import { LIFE_STATES } from '@/domain/life'
import { type Codec, choiceCodec, wordCodec } from './codec'

/** Where the map looks. Degrees, Web Mercator zoom. */
export interface Camera {
  zoom: number
  lat: number
  lon: number
}

/** `at=12.50/30.750000/120.750000`: zoom, latitude, longitude, as in most map links. */
export const cameraCodec: Codec<Camera | null> = {
  name: 'at',
  fallback: null,
  parse(text) {
    const parts = text.split('/').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    const [zoom, lat, lon] = parts
    if (parts.length !== 3 || zoom === undefined || lat === undefined || lon === undefined) return null
    if (!parts.every(Number.isFinite)) return null
    if (zoom < 0 || zoom > 24 || Math.abs(lat) > 85 || Math.abs(lon) > 180) return null
    return { zoom, lat, lon }
  },
  print: (value) =>
    value === null ? null : `${value.zoom.toFixed(2)}/${value.lat.toFixed(6)}/${value.lon.toFixed(6)}`,
}

/** `kind=underused`, or `kind=undetermined` for the parcels about which something is not known. */
export const kindCodec = wordCodec('kind', [...KINDS, 'undetermined'] as const)

/** `county=330481`: six digits. */
export const countyCodec: Codec<string | null> = {
  name: 'county',
  fallback: null,
  parse: (text) => (/^\d{6}$/.test(text) ? text : null),
  print: (value) => value,
}

/** `q=…`: the words of the search box. */
export const searchCodec: Codec<string> = {
  name: 'q',
  fallback: '',
  parse: (text) => text.trim().slice(0, 100),
  print: (value) => (value === '' ? null : value),
}

export const SORTS = ['-area', 'area', '-plot_ratio', 'plot_ratio', 'code'] as const
export type Sort = (typeof SORTS)[number]

/** `sort=plot_ratio`; the largest area first when nothing is said. */
export const sortCodec = choiceCodec('sort', SORTS, '-area')

export const LIST_TABS = ['parcels', 'findings', 'approvals', 'supplies'] as const
export type ListTab = (typeof LIST_TABS)[number]

/** `tab=approvals`: which list is below the map. */
export const tabCodec = choiceCodec('tab', LIST_TABS, 'parcels')

/** `state=determined`: only flags that stand there; every flag when nothing is said. */
export const lifeCodec = wordCodec('state', LIFE_STATES)

/** What is selected: a parcel, an approval or a project, by its business key. */
export interface Selection {
  register: 'parcel' | 'approval' | 'project'
  division: string
  code: string
}

/** `sel=parcel:330481:330481001002GB00017`; the code may hold any character. */
export const selectionCodec: Codec<Selection | null> = {
  name: 'sel',
  fallback: null,
  parse(text) {
    const match = /^(parcel|approval|project):(\d{6}):(.+)$/s.exec(text)
    if (!match) return null
    return { register: match[1] as Selection['register'], division: match[2] ?? '', code: match[3] ?? '' }
  },
  print: (value) => (value === null ? null : `${value.register}:${value.division}:${value.code}`),
}

/** `hide=buildings,zones`: the layers that are switched off, in the order of the legend. */
export const hiddenCodec: Codec<readonly MapLayer[]> = {
  name: 'hide',
  fallback: [],
  parse(text) {
    const words = new Set(text.split(','))
    return MAP_LAYERS.filter((layer) => words.has(layer))
  },
  print: (value) => (value.length === 0 ? null : MAP_LAYERS.filter((layer) => value.includes(layer)).join(',')),
}

/** `lang=en`; Chinese when nothing is said. */
export const languageCodec = choiceCodec('lang', ['zh-CN', 'en'] as const, 'zh-CN')
