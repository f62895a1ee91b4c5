// The proposal being filled in, and the server's word on it. What is sent is what is on the screen; no number is computed here.
import type { FeatureCollection, Geometry, Polygon } from 'geojson'
import { computed, reactive, ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import type { Problem, Proposal, ProposalResult } from '@/api/types'
import { type Composed, type ProposalForm, composeProposal, emptyForm, parseProposal } from '@/domain/proposal'
import { type ExampleName, exampleOf } from '@/domain/proposal-examples'
import { useTexts } from '@/i18n/texts'
import { problemFrom } from './remote'

export type EntryMode = 'draw' | 'json'

export function useProposal() {
  const texts = useTexts()
  const mode = ref<EntryMode>('draw')
  const form = reactive<ProposalForm>(emptyForm())
  const text = ref('')
  const fault = ref<string | null>(null)
  const result = shallowRef<ProposalResult | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const checking = ref(false)

  const composed = computed<Composed>(() =>
    mode.value === 'draw' ? composeProposal(form, texts.value.proposals.unnamed) : parseProposal(text.value),
  )
  const shapes = computed(() => shapesOf(composed.value, form))

  function faultText(found: string): string {
    const { faultLand, faultJson, faultShape } = texts.value.proposals
    if (found === 'land') return faultLand
    return found === 'json' ? faultJson : faultShape(found)
  }

  async function check(): Promise<void> {
    const ready = composed.value
    fault.value = ready.ok ? null : faultText(ready.fault)
    if (!ready.ok) return
    checking.value = true
    result.value = null
    problem.value = null
    try {
      result.value = await api.checkProposal(ready.proposal)
    } catch (thrown) {
      problem.value = problemFrom(thrown)
    } finally {
      checking.value = false
    }
  }

  function useExample(name: ExampleName): void {
    Object.assign(form, exampleOf(name))
    const ready = composeProposal(form, texts.value.proposals.unnamed)
    text.value = ready.ok ? JSON.stringify(ready.proposal, null, 2) : ''
    forgetResult()
  }

  async function upload(file: File): Promise<void> {
    text.value = await file.text()
    mode.value = 'json'
    forgetResult()
  }

  function forgetResult(): void {
    fault.value = null
    result.value = null
    problem.value = null
  }

  return {
    mode,
    form,
    text,
    fault,
    result,
    problem,
    checking,
    shapes,
    check,
    useExample,
    upload,
    setLand: (land: Polygon) => (form.land = land),
    addBuilding: (footprint: Polygon) =>
      form.buildings.push({
        name: texts.value.proposals.buildingName(form.buildings.length + 1),
        footprint,
        storeys: 1,
        storeyHeight: 4.5,
      }),
    removeBuilding: (index: number) => form.buildings.splice(index, 1),
    clearShapes: () => Object.assign(form, { land: null, buildings: [] }),
  }
}

export type ProposalEntry = ReturnType<typeof useProposal>

/** What the map shows: the form's shapes while drawing, a text's when its coordinates are degrees. */
function shapesOf(composed: Composed, form: ProposalForm): FeatureCollection {
  const proposal: Pick<Proposal, 'crs' | 'land' | 'buildings'> | null = composed.ok ? composed.proposal : null
  const inDegrees = !proposal?.crs || ['EPSG:4490', 'EPSG:4326'].includes(proposal.crs)
  const land = proposal && inDegrees ? proposal.land : form.land
  const footprints = (proposal && inDegrees ? proposal.buildings : form.buildings).map(({ footprint }) => footprint)
  return {
    type: 'FeatureCollection',
    features: [
      ...(land ? [feature('land', land)] : []),
      ...footprints.map((footprint) => feature('building', footprint)),
    ],
  }
}

function feature(role: 'land' | 'building', geometry: Geometry) {
  return { type: 'Feature' as const, properties: { role }, geometry }
}
