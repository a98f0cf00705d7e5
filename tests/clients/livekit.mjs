// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A voice agent as people build them: LiveKit's, with its own fake language model in the place of a
// paid one. It knows the caller before it speaks, and what it notes is there on the next channel.
import { initializeLogger, llm, voice } from '@livekit/agents';
import { z } from 'zod';
import { equal } from './server.mjs';

const bot = { kind: 'bot', id: 'voice-1' };

class Receptionist extends voice.Agent {
  constructor(server, phone) {
    super({
      instructions: 'You answer the telephone.',
      tools: {
        note: llm.tool({
          description: 'Writes down a step that was taken.',
          parameters: z.object({ text: z.string() }),
          execute: (step) => this.note(step.text),
        }),
      },
    });
    Object.assign(this, { server, phone });
    // The session begins without waiting for it.
    this.entered = new Promise((done, fail) => Object.assign(this, { done, fail }));
  }

  async onEnter() {
    await this.meet().then(this.done, this.fail);
  }

  async meet() {
    const started = await this.server.call('POST', '/v1/interactions?include=context', {
      channel: 'voice',
      direction: 'inbound',
      identifiers: [{ type: 'phone', value: this.phone, assurance: 'channel' }],
      agent: bot,
    });
    this.interaction = started.interaction.id;
    this.case = started.context.open_cases[0].id;
    const chat = this.chatCtx.copy();
    chat.addMessage({ role: 'system', content: await this.prompt() });
    await this.updateChatCtx(chat);
  }

  /// The same facts as the model is to read them, without the call that it is in.
  async prompt() {
    const wanted = `phone=${this.phone}&interaction_id=${this.interaction}&format=prompt`;
    const answer = await fetch(`${this.server.origin}/v1/context?${wanted}&max_bytes=4000`, {
      headers: { Authorization: `Bearer ${this.server.key}` },
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.text();
  }

  async note(text) {
    await this.server.call('POST', `/v1/cases/${this.case}/notes`, {
      kind: 'step',
      text,
      interaction_id: this.interaction,
      agent: bot,
    });
    return 'noted';
  }
}

/// A case that a bot on chat left open.
async function chatted(server, phone) {
  const chat = await server.call('POST', '/v1/interactions', {
    channel: 'chat',
    direction: 'inbound',
    identifiers: [{ type: 'phone', value: phone }],
    agent: { kind: 'bot', id: 'chat-1' },
  });
  const opened = await server.call('POST', '/v1/cases', {
    interaction_id: chat.interaction.id,
    subject: 'Router restarts every hour',
  });
  const step = { kind: 'step', text: 'Firmware updated to 2.4', channel: 'chat' };
  await server.call('POST', `/v1/cases/${opened.id}/notes`, step);
  return opened.id;
}

function knows(agent, fact) {
  const read = agent.chatCtx.items.map((item) => item.textContent ?? '').join('\n');
  if (!read.includes(fact)) throw new Error(`the model is not told of "${fact}": ${read}`);
}

/// The customer speaks; the model answers as it was told to.
async function converse(agent) {
  const model = new voice.testing.FakeLLM([
    {
      input: 'It still restarts.',
      toolCalls: [{ name: 'note', args: { text: 'Power supply ruled out' } }],
    },
    { input: '"noted"', content: 'I have written that down.' },
  ]);
  const session = new voice.AgentSession({ llm: model });
  await session.start({ agent });
  await agent.entered;
  knows(agent, 'Router restarts every hour');
  knows(agent, 'Firmware updated to 2.4');
  const said = session.run({ userInput: 'It still restarts.' });
  await said.wait();
  said.expect.nextEvent().isFunctionCall({ name: 'note' });
  said.expect.nextEvent().isFunctionCallOutput({ output: '"noted"' });
  said.expect.nextEvent().isMessage({ role: 'assistant' });
  await session.close();
}

async function knowsAndIsKnown(server) {
  initializeLogger({ pretty: false, level: 'error' });
  const phone = '+442079460987';
  const opened = await chatted(server, phone);
  await converse(new Receptionist(server, phone));
  const seen = await server.call('POST', '/v1/interactions?include=context', {
    channel: 'in_app',
    direction: 'inbound',
    identifiers: [{ type: 'phone', value: phone }],
  });
  const shown = seen.context.open_cases.find((one) => one.id === opened);
  const steps = shown.steps_taken.map((step) => `${step.channel}: ${step.text}`).sort();
  equal(steps, ['chat: Firmware updated to 2.4', 'voice: Power supply ruled out'], 'steps taken');
}

export const tests = {
  'a LiveKit agent knows the caller as it enters, and its note is read on another channel':
    knowsAndIsKnown,
};
