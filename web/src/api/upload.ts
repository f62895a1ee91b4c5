// Sends a file and tells how much of it has gone. The one request that is not a fetch: fetch does not report what was sent.
import type { Upload } from './intake'
import { ApiFault, faultOf } from './client'

/** A file on its way; `abort` gives it up, and the server then keeps nothing of it. */
export interface Sending {
  done: Promise<Upload>
  abort: () => void
}

export function sendFile(
  file: File,
  to: { method: 'POST' | 'PUT'; path: string },
  onSent: (bytes: number) => void,
): Sending {
  const request = new XMLHttpRequest()
  const done = new Promise<Upload>((resolve, reject) => {
    request.open(to.method, to.path)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('accept', 'application/json')
    request.upload.addEventListener('progress', ({ loaded }) => onSent(loaded))
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as Upload)
      else reject(faultOf(request.status, request.responseText))
    })
    request.addEventListener('error', () => reject(broken('传输中断', '请检查网络后重新上传；服务器没有留下残余。')))
    request.addEventListener('abort', () => reject(broken('已取消上传', '服务器没有留下残余。')))
    request.send(file)
  })
  return { done, abort: () => request.abort() }
}

function broken(title: string, detail: string): ApiFault {
  return new ApiFault({ type: '/problems/unreachable', title, status: 0, detail })
}
