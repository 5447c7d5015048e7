/** What the Hub says when it does not give a file (huggingface_hub, utils/_http.py). */

type Refused = Pick<Response, 'status' | 'headers'>;

/** One line for a person. */
export function refusal(answer: Refused, origin: string, hasToken: boolean): string {
  const { status, headers } = answer;
  const code = headers.get('x-error-code');
  const message = headers.get('x-error-message');
  if (code === 'GatedRepo') {
    return hasToken
      ? `the Hub refuses it (${status}): it is gated and the token has no access; accept the model's terms on its page`
      : `the Hub refuses it (${status}): it is gated; accept its terms on its page and set HF_TOKEN`;
  }
  if (code === 'RevisionNotFound') return `there is no such revision on the Hub (${status})`;
  if (code === 'EntryNotFound') return `there is no such file on the Hub (${status})`;
  if (message === 'Access to this resource is disabled.') {
    return `the Hub has disabled it (${status})`;
  }
  if (message === 'Invalid credentials in Authorization header') {
    return `the Hub does not know the token (${status}): HF_TOKEN is wrong or has run out`;
  }
  if (status === 401 || status === 403) {
    return hasToken
      ? `the Hub refuses it (${status}): the token has no access; accept the model's terms on its page`
      : `the Hub refuses it (${status}): it is private, gated or not there; set HF_TOKEN`;
  }
  if (status === 404) return 'there is no such model, revision or file on the Hub (404)';
  if (status === 416) return 'the file on the Hub is shorter than it was (416)';
  if (status === 429) {
    const seconds = waitOf(answer);
    const when = seconds === undefined ? 'later' : `in ${seconds} s`;
    return `the Hub asks for fewer requests (429); try again ${when}`;
  }
  return `${origin} answers with ${status}`;
}

/** Seconds after which it is worth to ask again; undefined where that is not known or of no use. */
export function waitOf({ status, headers }: Refused): number | undefined {
  // `"api";r=0;t=55`: draft-ietf-httpapi-ratelimit-headers.
  const limited = /;\s*t\s*=\s*(\d{1,6})/.exec(headers.get('ratelimit') ?? '')?.[1];
  const asked = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
  if (status === 429) {
    const seconds = limited ?? asked;
    return seconds === undefined ? undefined : Number(seconds);
  }
  return status === 500 || (status > 501 && status < 505) ? Number(asked ?? 1) : undefined;
}
