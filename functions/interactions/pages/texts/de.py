"""German."""

from functions.interactions.install.outcome import Outcome
from functions.interactions.pages.texts import Kept, Notice, Point, Texts

TEXTS = Texts(
    language="de",
    add_to_discord="Zu Discord hinzufügen",
    start_again="Neu beginnen",
    home="Über Clip Saver",
    privacy="Datenschutz",
    footer="Clip Saver gehört nicht zu Discord.",
    landing_title="Clip Saver für Discord",
    landing_description=(
        "Behält die Video-Clips auf deinem Discord-Server im Blick, damit sie wiederzufinden sind."
    ),
    landing_heading="Eure besten Momente sind mehr wert als endloses Scrollen.",
    landing_lead=(
        "Clips werden gepostet, bejubelt und sind nach einer Woche begraben; Discords Links auf "
        "sie sterben nach etwa einem Tag. Clip Saver behält die Kanäle im Blick, die du ihm "
        "zeigst, und antwortet dort, wo deine Community ist: in Discord."
    ),
    landing_reassurance="Kein Konto, kein Passwort, kein Dashboard. Discord fragt dich, fertig.",
    landing_sample_question="Was siehst du hier?",
    landing_sample_answer="12 Kanäle, 3 Threads, 1 Kanal verborgen. Gerade abgeglichen.",
    features_heading="Ein stiller Helfer",
    features=(
        Point(
            "Er sieht, was du ihm zeigst",
            "Text- und Sprachkanäle, Foren und Threads, die seine Rolle sehen darf. Ein privater "
            "Kanal bleibt privat, bis du ihn einlädst.",
        ),
        Point(
            "Er sagt, was nicht stimmt",
            "Mit /status sieht, wer den Server verwaltet, welche Kanäle er nicht lesen kann und "
            "welche Berechtigung das ändert.",
        ),
        Point(
            "Er hört nur zu",
            "Er bittet um keine Berechtigung zum Schreiben, Moderieren oder Verwalten. Was er "
            "antwortet, antwortet er dir.",
        ),
    ),
    steps_heading="In einer Minute startklar",
    steps=(
        Point(
            "Einen Server wählen",
            "Jeden, auf dem du die Berechtigung „Server verwalten“ hast.",
        ),
        Point("Discord zustimmen", "Discord zeigt, was der Bot darf, und fragt dich."),
        Point("/status eingeben", "Clip Saver hat sich umgesehen und sagt dir, was er sieht."),
    ),
    permissions_heading="Drei Berechtigungen, und wozu",
    permissions_lead="Du kannst jede jederzeit zurücknehmen, für jeden Kanal.",
    permissions=(
        Point("Kanäle ansehen", "Um zu wissen, welche es gibt."),
        Point("Nachrichtenverlauf anzeigen", "Um die Clips zu finden, die vor ihm da waren."),
        Point(
            "Verbinden",
            "Weil Discord den Chat eines Sprachkanals dahinter verbirgt. "
            "Er nimmt nie an einem Gespräch teil.",
        ),
    ),
    privacy_lead=(
        "Clip Saver behält Ids und Namen, weil er ohne sie nicht antworten könnte, und von dem, "
        "was Leute schreiben, nur den Text, der zu einem Clip gehört. Ihre Videos behält er nie."
    ),
    kept_heading="Was behalten wird",
    kept_why="Wozu",
    kept_how_long="Wie lange",
    kept=(
        Kept(
            "Der Server",
            "Id, Name und Symbol, die Id der Person, der er gehört, die Berechtigungen des Bots "
            "und die Einstellungen.",
            "Um zu wissen, wo der Bot ist und was dort von ihm gewünscht wird.",
            "{archive}",
        ),
        Kept(
            "Kanäle und Threads",
            "Id, Name, Art, Platz in der Liste, ob sie altersbeschränkt sind, was der Bot dort "
            "darf, und die Id der neuesten Nachricht.",
            "Um Clips zu finden und Admins zu sagen, was der Bot lesen kann und was nicht.",
            "{archive}",
        ),
        Kept(
            "Clips",
            "Die Ids von Nachricht, Kanal, Absender und wer ihn gesichert hat, der Name des "
            "Absenders, wann er gepostet wurde; Name, Titel, Art, Größe und Länge der Datei und "
            "eine unscharfe Vorschau aus ein paar Bytes; bei Clips aus Discord auch das Spiel und "
            "wer dabei war; und, wenn der Server das nicht abgeschaltet hat, der Text der "
            "Nachricht.",
            "Um sie wiederzufinden.",
            "{archive} Deine eigenen nur, bis du sie löschst.",
        ),
        Kept(
            "Clips, die es nicht mehr gibt",
            "Von einem Clip, den du gelöscht hast oder dessen Nachricht gelöscht wurde, die Ids "
            "von Nachricht, Kanal und Datei, und welches von beiden es war. Nichts, was sagt, "
            "wessen er war oder was.",
            "Damit ihn nichts noch einmal sichert, auch nicht, wenn der Bot entfernt wurde und "
            "zurückkommt.",
            "Für immer.",
        ),
        Kept(
            "Wer nichts gesichert haben will",
            "Die Id dessen, der es gesagt hat, und wann.",
            "Um nichts zu sichern, was diese Person auf dem Server postet.",
            "Bis sie es anders sagt, auch wenn der Bot entfernt wurde und zurückkommt.",
        ),
        Kept(
            "Geänderte Einstellungen",
            "Was geändert wurde, wann, und die Id dessen, der es war.",
            "Um eine Änderung zu erklären und zurückzunehmen.",
            "{archive}",
        ),
        Kept(
            "Wer den Bot hinzugefügt hat",
            "Id, Benutzername, Anzeigename, Avatar und wann es war.",
            "Um zu wissen, wen wir zu einem Server fragen können.",
            "Bis du um Löschung bittest.",
        ),
        Kept(
            "Laufende Installationen",
            "Eine Zufallszahl und der Server, für den du kamst.",
            "Um sicher zu sein, dass eine Installation beendet, wer sie begonnen hat.",
            "{install_minutes} Minuten; kurz danach gelöscht.",
        ),
        Kept(
            "Der Fortschritt",
            "Von welcher bis zu welcher Nachricht ein Kanal durchgesehen wurde, mit ihren Ids, "
            "wann, wie viele Anfragen an Discord das brauchte, und die Id dessen, der darum bat.",
            "Um dort weiterzumachen, wo der Bot aufgehört hat.",
            "{archive} Einzelne Läufe: {scan_run_days} Tage.",
        ),
    ),
    copies=Kept(
        "Kopien gegen Verlust",
        "Jeden Tag eine von allem hier oben, und jede Stunde eine von dem, was Leute gelöscht, "
        "verborgen, abgelehnt oder eingestellt haben. Sie liegen getrennt vom Katalog, und niemand "
        "durchsucht sie.",
        "Um den Katalog zurückzuholen, wenn er verloren geht. Was inzwischen gelöscht wurde, kommt "
        "dabei nicht zurück, soweit die letzte stündliche Kopie davon weiß.",
        "Jede {backup_days} Tage.",
    ),
    archive_days="Solange der Bot auf dem Server ist, und {days} Tage danach.",
    archive_for_ever=("Solange der Bot auf dem Server ist; danach, bis du um Löschung bittest."),
    never_kept_heading="Was nicht behalten wird",
    never_kept=(
        "Die Videos selbst und der Text von Nachrichten ohne Clip.",
        (
            "Alle anderen: wem der Server nicht gehört, wer den Bot weder hinzugefügt noch "
            "eingestellt, keinen Clip gepostet hat und bei keinem dabei war."
        ),
        (
            "E-Mail-Adressen, Passwörter oder ein Schlüssel zu deinem Konto. Den, den Discord bei "
            "der Installation aushändigt, geben wir zurück, sobald er gesagt hat, wer du bist."
        ),
    ),
    cookie_heading="Ein Cookie",
    cookie=(
        "Während du den Bot hinzufügst, erkennt ein Cookie mit einer Zufallszahl deinen Browser "
        "wieder. Es geht sonst nirgendwohin und läuft binnen eines Tages ab. Es gibt kein "
        "Tracking, und nichts wird von anderen Seiten geladen."
    ),
    deletion_heading="Löschen",
    deletion=(
        (
            "Gib auf dem Server /clips meine ein: dort siehst du deine eigenen Clips, kannst sie "
            "verbergen, löschen oder mitnehmen und sagen, dass keiner mehr gesichert wird. Was du "
            "löschst, ist sofort und für immer weg: kein Suchlauf bringt es zurück."
        ),
        (
            "Entferne den Bot von deinem Server; was er vom Server behalten hat, verschwindet dann "
            "wie oben beschrieben."
        ),
        (
            "In Discord kannst du unter Einstellungen, Autorisierte Apps zurücknehmen, was du "
            "erlaubt hast."
        ),
        "Um alles andere bitte einfach.",
    ),
    deletion_copies=(
        "In den Kopien gegen Verlust steht Gelöschtes noch {backup_days} Tage, dann ist es auch "
        "dort weg."
    ),
    contact_heading="An wen du dich wendest",
    contact="Wer diesen Clip Saver betreibt, ist erreichbar unter",
    contact_unknown=(
        "Frag die Admins des Servers, auf dem du dem Bot begegnet bist; sie wissen, wer ihn "
        "betreibt."
    ),
    installed_heading="Clip Saver ist jetzt auf {guild}",
    installed_syncing="Er sieht sich gerade um und ist in wenigen Sekunden fertig.",
    installed_waiting="Binnen 15 Minuten hat er sich umgesehen.",
    next_heading="Was du jetzt tun kannst",
    next_steps=(
        Point("/status eingeben", "Auf deinem Server zeigt es, was der Bot sieht und was fehlt."),
        Point(
            "In private Kanäle einladen",
            "Öffne die Einstellungen eines Kanals, Berechtigungen, und füge die Rolle von Clip "
            "Saver mit „Kanal ansehen“ und „Nachrichtenverlauf anzeigen“ hinzu; in Sprachkanälen "
            "auch „Verbinden“.",
        ),
        Point(
            "Bestimmen, wer ihn benutzen darf",
            "Unter Servereinstellungen, Integrationen, Clip Saver, für jeden Befehl.",
        ),
    ),
    back_to_discord="{guild} in Discord öffnen",
    notices={
        Outcome.FINISHED_ELSEWHERE: Notice(
            "Clip Saver ist auf deinem Server",
            (
                "Diese Seite wurde zweimal zugleich aufgerufen, und einmal war genug.",
                "Gib auf deinem Server /status ein, um zu sehen, was er sieht.",
            ),
        ),
        Outcome.INCOMPLETE_LINK: Notice(
            "Dieser Link ist unvollständig",
            ("Unterwegs ging etwas verloren. Es wurde nichts geändert; beginne einfach neu.",),
        ),
        Outcome.OTHER_BROWSER: Notice(
            "Diese Installation begann in einem anderen Browser",
            (
                (
                    "Eine Installation muss in dem Browser enden, in dem sie begann, damit sie "
                    "niemand in deinem Namen beenden kann. Es wurde nichts geändert."
                ),
                "Ist es derselbe Browser, nimmt er vielleicht keine Cookies dieser Seite an.",
            ),
        ),
        Outcome.DENIED: Notice(
            "Du hast abgelehnt, und das ist in Ordnung",
            ("Clip Saver wurde nicht hinzugefügt, und nichts wurde behalten.",),
        ),
        Outcome.REFUSED_BY_DISCORD: Notice(
            "Discord hat das nicht durchgelassen",
            (
                (
                    "Es wurde nichts geändert. Geschieht es wieder, hat der Bot vielleicht die "
                    "Zahl der Server erreicht, die Discord ihm erlaubt; wer ihn betreibt, findet "
                    "den Grund in den Logs."
                ),
            ),
        ),
        Outcome.USED: Notice(
            "Diese Installation ist schon vorbei",
            (
                (
                    "Ihr Link gilt einmal. Hast du sie gerade beendet, ist alles gut: gib auf "
                    "deinem Server /status ein."
                ),
                "Sonst war sie zu alt; beginne einfach neu.",
            ),
        ),
        Outcome.EXPIRED: Notice(
            "Das hat etwas zu lange gedauert",
            ("Der Link ist abgelaufen. Es wurde nichts geändert; beginne einfach neu.",),
        ),
        Outcome.CODE_REFUSED: Notice(
            "Discord nimmt diese Bestätigung nicht mehr an",
            (
                "Discords Bestätigungen gelten keine zwei Minuten, und nur einmal.",
                "Vielleicht ist der Bot schon auf deinem Server; neu zu beginnen schadet nicht.",
            ),
        ),
        Outcome.NO_SERVER: Notice(
            "Es wurde kein Server gewählt",
            ("Discord hat den Bot zu keinem Server hinzugefügt. Beginne neu und wähle einen.",),
        ),
        Outcome.BOT_ABSENT: Notice(
            "Der Bot ist noch nicht angekommen",
            (
                (
                    "Discord sagt, dass du zugestimmt hast, und dass der Bot nicht auf dem Server "
                    "ist. Vielleicht wurde er gleich wieder entfernt, oder er braucht noch."
                ),
                (
                    "Sobald er in der Mitgliederliste erscheint, geht alles von selbst weiter. "
                    "Sonst beginne neu."
                ),
            ),
        ),
        Outcome.NOT_A_MANAGER: Notice(
            "Dir fehlt die Berechtigung „Server verwalten“",
            (
                (
                    "Nur wer den Server verwaltet, kann Clip Saver dort installieren, und von dir "
                    "sagt Discord das nicht. Bitte Admins, es zu tun oder dir die Berechtigung zu "
                    "geben."
                ),
            ),
        ),
        Outcome.DISCORD_DOWN: Notice(
            "Discord antwortet nicht",
            (
                (
                    "Discord hat nicht gesagt, was wir wissen müssen. Ist der Bot schon auf deinem "
                    "Server, geht der Rest binnen 15 Minuten von selbst weiter."
                ),
                "Sonst beginne in einer Minute neu.",
            ),
        ),
        Outcome.DATABASE_DOWN: Notice(
            "Clip Saver ist gerade nicht ganz da",
            (
                (
                    "Seine Datenbank antwortet nicht. Ist der Bot schon auf deinem Server, geht "
                    "der Rest von selbst weiter, sobald sie es tut."
                ),
                "Sonst beginne in einer Minute neu.",
            ),
        ),
        Outcome.PAUSED: Notice(
            "Clip Saver macht Pause",
            (
                (
                    "Wer ihn betreibt, hat ihn für eine Wartung angehalten. Ist der Bot schon auf "
                    "deinem Server, geht der Rest danach von selbst weiter."
                ),
                "Sonst beginne später neu.",
            ),
        ),
        Outcome.NOT_SET_UP: Notice(
            "Clip Saver ist noch nicht fertig eingerichtet",
            (
                (
                    "Wer ihn betreibt, findet in den Logs und unter /ready, was fehlt. Ist der Bot "
                    "schon auf deinem Server, wird er später gefunden."
                ),
            ),
        ),
    },
)
