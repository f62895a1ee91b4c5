// Copies a text and says for a while whether that worked. Browsers refuse the clipboard outside https and localhost.
import { onScopeDispose, ref } from 'vue'

const SHOWN_FOR_MS = 2500

export function useClipboard() {
  const state = ref<'idle' | 'copied' | 'failed'>('idle')
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))

  async function copy(text: string): Promise<void> {
    clearTimeout(timer)
    state.value = (await write(text)) ? 'copied' : 'failed'
    timer = setTimeout(() => (state.value = 'idle'), SHOWN_FOR_MS)
  }
  return { state, copy }
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return writeBySelection(text)
  }
}

/** The old way, which also works on a plain http address of an intranet. */
function writeBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}
