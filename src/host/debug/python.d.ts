/** Python sources of the debugger's helper, bundled as text. */
declare module '*.py' {
  const text: string;
  export default text;
}
