export function provideZig(): Promise<string>
export function provideHeaders(): Promise<string>
