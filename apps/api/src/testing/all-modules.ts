import { AppModule } from '../app.module.js';
import { prepareGround, type TestContext, type TestOptions } from './test-context.js';
import { initModules } from './test-module.js';

/** Every module of the program, without a server: for what each of them declares. */
export async function createAllModules(options: TestOptions = {}): Promise<TestContext> {
  const ground = await prepareGround(options);
  return initModules(ground, [AppModule.with(ground.config, ground.logger, ground.clock)]);
}
