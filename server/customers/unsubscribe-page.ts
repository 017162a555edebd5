import type { FastifyReply } from 'fastify';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A small page in Italian and English that works without JavaScript and loads nothing. */
function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="it"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${escaped(title)}</title>
<style>:root{color-scheme:light dark}body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}
button{font:inherit;padding:.75rem 1.25rem;border:0;border-radius:.25rem;background:#0b6b6b;color:#fff;cursor:pointer}[lang=en]{opacity:.85}hr{border:0;border-top:1px solid #8888;margin:1.5rem 0}</style>
</head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`;
}

const both = (italian: string, english: string): string => `<p lang="it">${italian}</p><p lang="en">${english}</p>`;

/** Asks; nothing has happened yet. `address` is masked. */
export const questionPage = (operatorName: string, address: string): string =>
  page(
    operatorName,
    `${both(
      `Non vuole più ricevere i nostri avvisi su guasti e lavori a <strong>${escaped(address)}</strong>?`,
      `Do you want to stop receiving our notices about faults and works at <strong>${escaped(address)}</strong>?`,
    )}<form method="post"><button type="submit">Non scrivetemi più · Stop writing to me</button></form><hr>${both(
      'Finché non preme, non cambia nulla. Lo stato della rete resta sempre leggibile alla pagina <a href="/status">/status</a>.',
      'Nothing changes until you press. The state of the network can always be read at <a href="/status">/status</a>.',
    )}`,
  );

export const stoppedPage = (operatorName: string, address: string): string =>
  page(
    operatorName,
    `${both(
      `Fatto: da adesso non scriviamo più avvisi a <strong>${escaped(address)}</strong>.`,
      `Done: from now on we send no notices to <strong>${escaped(address)}</strong>.`,
    )}<hr>${both(
      'Se cambia idea, ce lo dica per telefono o per iscritto. Lo stato della rete è sempre alla pagina <a href="/status">/status</a>.',
      'If you change your mind, tell us by phone or in writing. The state of the network is always at <a href="/status">/status</a>.',
    )}`,
  );

export const unknownLinkPage = (operatorName: string): string =>
  page(
    operatorName,
    both(
      'Questo collegamento è incompleto o non è nostro. Lo apra di nuovo dalla e-mail, oppure risponda alla e-mail con STOP.',
      'This link is incomplete or not ours. Open it again from the mail, or answer the mail with STOP.',
    ),
  );

/** The address carries a token: it goes to nobody else, and nothing is loaded, framed or kept. */
export function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    })
    .send(html);
}
