export const remoteAgentTexts = {
  'agent.restarted': 'Der Rechner wurde neu gestartet.',
  'agent.processEnded':
    'Der Prozess endete ohne Nachricht: Er wurde abgebrochen, oder der Arbeitsspeicher reichte nicht.',
  'agent.silent':
    'Der Rechner, der ihn trainierte, {node}, hat seit {minutes} Minuten kein Lebenszeichen gegeben.',
  'agent.resumesEarlier':
    'Der Checkpoint von Schritt {step} ist nicht lesbar ({reason}), deshalb wird das Training beim vorigen fortgesetzt.',
} as const
