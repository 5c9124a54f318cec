const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const REPAINT_MS = 100;
/** How often to show a sign of life where lines cannot be repainted. */
const SIGN_OF_LIFE_MS = 10_000;

/** Shows what is being done and for how long, on a terminal as one live line. */
export class Progress {
  #stream;

  constructor(stream = process.stdout) {
    this.#stream = stream;
    this.isTerminal = stream.isTTY === true && process.env.TERM !== 'dumb';
    this.usesColour = this.isTerminal && !process.env.NO_COLOR;
  }

  bold = (text) => this.#paint('1', text);
  dim = (text) => this.#paint('2', text);
  green = (text) => this.#paint('32', text);
  red = (text) => this.#paint('31', text);
  cyan = (text) => this.#paint('36', text);

  line(text = '') {
    this.#stream.write(`${text}\n`);
  }

  /**
   * @param label what is being done
   * @param work receives a function that shows a detail beside the label; its result is returned
   * @param summary what to say of the result when it is done
   */
  async step(label, work, summary = () => '') {
    const startedAt = Date.now();
    const elapsed = () => seconds(Date.now() - startedAt);
    let detail = '';
    let frame = 0;
    const paint = () => {
      const text = [`${FRAMES[frame++ % FRAMES.length]} ${label}`, elapsed(), detail];
      this.#repaint(this.#fit(text.filter(Boolean).join('  ')));
    };
    if (!this.isTerminal) this.line(`… ${label}`);
    const timer = this.isTerminal
      ? setInterval(paint, REPAINT_MS)
      : setInterval(() => {
          this.line([`… ${label}`, elapsed(), detail].filter(Boolean).join('  '));
        }, SIGN_OF_LIFE_MS);
    try {
      const result = await work((text) => (detail = text));
      clearInterval(timer);
      const said = summary(result);
      this.#repaint('');
      this.line(
        [`${this.green('✓')} ${label}`, this.dim(elapsed()), said].filter(Boolean).join('  '),
      );
      return result;
    } catch (error) {
      clearInterval(timer);
      this.#repaint('');
      this.line(`${this.red('✗')} ${label}  ${this.dim(elapsed())}`);
      throw error;
    }
  }

  #repaint(text) {
    // The cursor waits at the line's beginning, so that what a program says meanwhile replaces it.
    if (this.isTerminal) this.#stream.write(`\r\x1b[2K${text}\r`);
  }

  #fit(text) {
    return text.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 1));
  }

  #paint(code, text) {
    return this.usesColour ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

export function seconds(milliseconds) {
  const value = milliseconds / 1000;
  if (value < 60) return `${value.toFixed(value < 10 ? 1 : 0)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}
