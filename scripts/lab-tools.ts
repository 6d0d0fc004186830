/** Brings nft for the lab into `.cache/tools`, where none is installed; installs nothing. */
import { nftTool } from './tools/nft-tools.ts';

const tool = await nftTool();
if ('missing' in tool) {
  process.stdout.write(`${tool.missing}\n`);
  process.exitCode = 1;
}
