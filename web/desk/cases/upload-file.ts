import type { DraftFile } from '../../../contract/files.ts';
import { Problem } from '../shell/request.ts';

/** Sends one file up and tells how far it is, in per cent: `fetch` doesn't know that of what it sends. Throws a Problem. */
export function uploadFile(
  path: string,
  file: File,
  onProgress: (percent: number) => void,
  signal: AbortSignal,
): Promise<DraftFile> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    const form = new FormData();
    form.set('file', file);
    sending.open('POST', path);
    sending.responseType = 'json';
    sending.setRequestHeader('accept', 'application/json');
    sending.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : Math.round((100 * loaded) / total));
    sending.onload = () => {
      if (sending.status === 201) {
        resolve(sending.response as DraftFile);
        return;
      }
      const { code, detail, help } = (sending.response ?? {}) as Record<string, string | undefined>;
      reject(new Problem(sending.status, code ?? `http-${sending.status}`, detail ?? sending.statusText, help ?? null));
    };
    sending.onerror = () => reject(new Problem(0, 'unreachable', '', null));
    sending.onabort = () => reject(new Problem(0, 'aborted', '', null));
    signal.addEventListener('abort', () => sending.abort(), { once: true });
    sending.send(form);
  });
}
