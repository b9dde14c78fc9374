import type { ErrorEntries } from '../../en/errors/entries.ts'

export const remoteErrors = {
  'target.unknown': {
    message: 'Es gibt kein Ziel „{name}“.',
    hint: 'Alle auflisten: flowerbed target list',
  },
  'target.nameTaken': {
    message: 'Es gibt schon ein Ziel „{name}“.',
    hint: 'Einen anderen Namen wählen oder jenes vorher entfernen: flowerbed target remove {name}',
  },
  'ssh.notInstalled': {
    message: 'OpenSSH lässt sich auf diesem Rechner nicht starten.',
    hint: 'Installieren: der Befehl `ssh` muss im Terminal funktionieren.',
  },
  'ssh.hostKeyUnknown': {
    message: 'Der Host-Schlüssel von {host} ist nicht bekannt, daher wurde nichts dorthin gesendet.',
    hint: 'Einmal im Terminal ausführen, den Fingerabdruck vergleichen und annehmen: {login}',
  },
  'ssh.hostKeyChanged': {
    message: 'Der Host-Schlüssel von {host} ist nicht der bekannte, daher wurde nichts dorthin gesendet.',
    hint: 'Jemand könnte mithören, oder der Rechner wurde neu installiert. Den Betreiber fragen; mehr sagt das Terminal: {login}',
  },
  'ssh.denied': {
    message: '{host} verweigert die Anmeldung.',
    hint: 'Flowerbed fragt nach keinem Passwort. OpenSSH mit einem Schlüssel anmelden lassen (ssh-copy-id, ssh-add), bis dies ohne Frage geht: {login}',
  },
  'ssh.notResolved': {
    message: 'Im Netz gibt es keinen Rechner namens {host}.',
    hint: 'Den Namen und das Netz prüfen.',
  },
  'ssh.refused': {
    message: '{host} hat die Verbindung abgelehnt.',
    hint: 'Prüfen, ob dort der SSH-Server läuft und der Port stimmt.',
  },
  'ssh.unreachable': {
    message: '{host} ist aus diesem Netz nicht erreichbar.',
    hint: 'Das Netz oder das VPN prüfen.',
  },
  'ssh.timedOut': {
    message: '{host} antwortet nicht.',
    hint: 'Prüfen, ob der Rechner an ist, und das Netz prüfen. Ein Lauf, der dort trainiert, läuft weiter.',
  },
  'ssh.lost': {
    message: 'Die Verbindung zu {host} ging verloren.',
    hint: 'Das Netz prüfen. Ein Lauf, der dort trainiert, läuft weiter.',
  },
  'ssh.lostSaying': {
    message: 'Es gibt keine Verbindung zu {host}: {said}',
    hint: 'Das Netz prüfen. Ein Lauf, der dort trainiert, läuft weiter.',
  },
  'remote.noShell': { message: 'Der Befehl `sh` lässt sich auf diesem Rechner nicht starten.' },
  'remote.silent': {
    message: '{name} antwortet nicht.',
    hint: 'Das Netz prüfen und wie ausgelastet der Rechner ist. Ein Lauf, der dort trainiert, läuft weiter.',
  },
  'remote.cut': {
    message: 'Die Verbindung zu {name} riss während einer Übertragung ab.',
    hint: 'Erneut versuchen: sie wird dort fortgesetzt, wo sie endete.',
  },
  'remote.damaged': {
    message: 'Eine Datei wurde auf dem Weg von oder zu {name} beschädigt.',
    hint: 'Erneut versuchen. Bei Wiederholung die Laufwerke beider Rechner prüfen.',
  },
  'remote.full': {
    message: 'Das Laufwerk von {name} ist voll.',
    hint: 'Dort Platz schaffen oder ein Ziel mit einem anderen Ordner wählen. Was dort ist, ist sicher.',
  },
  'remote.noFile': { message: 'Auf {name} fehlt eine Datei.' },
  'remote.commandMissing': { message: 'Auf {name} fehlt ein Befehl: {reason}' },
  'remote.commandFailed': { message: '{name} meldet: {reason}' },
  'remote.commandEnded': { message: 'Ein Befehl auf {name} endete mit Status {status}.' },
  'remote.cancelled': { message: 'Dies wurde abgebrochen.' },
  'target.oneKind': { message: 'Ein Ziel ist eines von --ssh HOST, --slurm HOST und --sky.' },
  'target.optionOfOther': {
    message: '{option} gehört nicht zu einem Ziel mit {kind}.',
    hint: 'Weglassen, oder siehe: flowerbed target add --help',
  },
  'target.badName': {
    message:
      'Der Name eines Ziels hat Buchstaben, Ziffern, Punkte, Striche und Unterstriche und beginnt mit einem Buchstaben oder einer Ziffer.',
  },
  'target.badHost': {
    message: 'Das ist kein Rechner, den man OpenSSH nennen kann.',
    hint: 'Wie nach `ssh` schreiben: ein Host der Konfiguration oder benutzer@rechner.',
  },
  'target.badFolder': {
    message: 'Der Ordner dort muss mit / oder ~/ beginnen und darf keine Anführungszeichen haben.',
  },
  'target.badOption': {
    message: '„{problem}“ dieses Ziels ist nicht lesbar.',
    hint: 'Siehe: flowerbed target add --help',
  },
  'target.resourcePair': { message: 'Als key=value schreiben, etwa accelerators=A100:1.' },
  'install.noCheckout': {
    message:
      'Flowerbed lässt sich nur aus seinem Checkout auf anderen Rechnern installieren, und der ist nicht hier.',
    hint: 'Es mit npm start in einem Klon starten.',
  },
  'install.notPacked': {
    message: 'Flowerbed konnte nicht für einen anderen Rechner gepackt werden.',
    hint: 'Der Befehl `tar` muss im Terminal funktionieren und das Laufwerk Platz haben.',
  },
  'install.platform': {
    message: 'Flowerbed läuft nicht auf einem Rechner der Art „{platform}“.',
    hint: 'Es läuft auf Linux mit x86-64- oder ARM-Prozessoren.',
  },
  'install.noNode': { message: 'Die Registry von npm hat kein Node {version} für {platform}.' },
  'install.nodeDoesNotRun': {
    message: 'Node läuft nicht auf {name}: {reason}',
    hint: 'Es braucht ein Linux mit glibc 2.28 oder neuer.',
  },
  'target.notInstalled': {
    message: 'Diese Version von Flowerbed ist auf „{name}“ nicht installiert.',
    hint: 'Installieren: flowerbed target doctor {name} --install',
  },
} as const satisfies ErrorEntries
