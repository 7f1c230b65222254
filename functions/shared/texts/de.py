"""German."""

from functions.shared.texts import Texts

TEXTS = Texts(
    servers_only="Diesen Befehl gibt es nur auf Servern.",
    needs_manage_server="Dafür brauchst du die Berechtigung **Server verwalten**.",
    unknown_command=(
        "Diesen Befehl kenne ich nicht. Vielleicht ist er älter als der Bot; "
        "starte Discord neu, dann ist die Liste wieder aktuell."
    ),
    outdated_component=(
        "Dieser Knopf stammt aus einer älteren Version; rufe den Befehl noch einmal auf."
    ),
    database_down=(
        "Ich erreiche meine Datenbank gerade nicht. Es wurde nichts geändert; "
        "bitte versuche es in einer Minute noch einmal."
    ),
    paused=(
        "Ich mache gerade Wartungspause. Es wurde nichts geändert; "
        "bitte versuche es später noch einmal."
    ),
    being_updated="Clip Saver wird gerade aktualisiert. Bitte versuche es in ein paar Minuten.",
    not_set_up=(
        "Ich bin noch nicht fertig eingerichtet. Wer diesen Bot betreibt, findet unter /ready, "
        "was fehlt."
    ),
    credentials_down=(
        "Ich kann meine eigenen Zugangsdaten gerade nicht lesen. Es wurde nichts geändert; bitte"
        " versuche es in einer Minute noch einmal. Hält das an, findet unter /ready mehr, wer"
        " diesen Bot betreibt."
    ),
    went_wrong="Bei mir ist etwas schiefgegangen. Es ist notiert.",
    queue_down=(
        "Ich konnte das nicht weitergeben. Es wurde nichts geändert; "
        "bitte versuche es in einer Minute noch einmal."
    ),
    discord_down=(
        "Discord hat mir nicht so geantwortet, wie es sollte; "
        "bitte versuche es in ein paar Minuten noch einmal."
    ),
    status_title="Clip Saver auf {guild}",
    never_synced=(
        "Dieser Server wurde noch nicht abgeglichen. Der nächste Abgleich findet ihn, meist binnen "
        "15 Minuten; /sync erledigt es sofort."
    ),
    last_synced="Zuletzt abgeglichen {when}",
    channels="Kanäle",
    no_channels="noch keine gesehen",
    settings="Einstellungen",
    problems="Was nicht stimmt, und was hilft",
    no_problems="Nichts. Jeder Kanal, den ich lesen soll, ist lesbar.",
    state_visible="sichtbar: **{count}**",
    state_hidden="für mich verborgen: **{count}**",
    state_archived="archivierte Threads: **{count}**",
    state_deleted="gelöscht: **{count}**",
    state_unknown="nicht zu prüfen: **{count}**",
    read_for_clips="nach Clips gelesen: **{count}**",
    running_scans="laufende Suchläufe: **{count}**",
    setting_not_used="⚠️ `{key}` wird nicht verwendet: {problem}",
    problem_view=(
        "Ich sehe {channel} nicht: erlaube meiner Rolle dort **Kanal ansehen**, "
        "oder schalte das Lesen in /einstellungen ab."
    ),
    problem_history=(
        "Ich kann in {channel} keine älteren Nachrichten lesen: erlaube **Nachrichtenverlauf "
        "anzeigen**."
    ),
    problem_connect=(
        "Ich kann den Chat von {channel} nicht lesen: erlaube meiner Rolle dort **Verbinden**."
    ),
    problem_age_restricted=(
        "Ich lese {channel} nicht, weil der Kanal altersbeschränkt ist: schalte `scan_nsfw` in "
        "/settings ein, oder das Lesen für den Kanal aus."
    ),
    problem_more="… und {count} weitere.",
    problem_message_content=(
        "Ich sehe Nachrichten ohne ihre Dateien: wer diesen Bot betreibt, muss den **Message "
        "Content Intent** einschalten (Developer Portal, Bot)."
    ),
    sync_now="Jetzt abgleichen",
    sync_done="✅ Abgeglichen. Kanäle: {changes}.",
    sync_no_changes="keine Änderungen",
    sync_change="{count} {kind}",
    kind_added="neu",
    kind_updated="geändert",
    kind_returned="wieder da",
    kind_hidden="für mich verborgen",
    kind_archived="archiviert",
    kind_deleted="gelöscht",
    kind_unknown="nicht zu prüfen",
    sync_held_back="Ich habe die Änderungen zurückgehalten: {reason}",
    sync_too_soon="Dieser Server wurde {when} abgeglichen. Bitte warte bis {again}.",
    sync_failed="Der Abgleich hat nicht geklappt: {reason}",
    sync_left="Ich bin kein Mitglied dieses Servers; installiere mich noch einmal.",
    settings_title="Einstellungen von {guild}",
    settings_of_channel="Einstellungen von #{channel}",
    settings_intro="Wähle eine Einstellung, um sie zu ändern.",
    settings_choose="Eine Einstellung ändern …",
    settings_edit_title="Einstellung ändern",
    settings_empty_resets="Leer lassen, um zu {inherited} zurückzukehren.",
    settings_from_default="Vorgabe",
    settings_from_guild="dieser Server",
    settings_from_parent="der Kanal darüber",
    settings_from_channel="dieser Kanal",
    settings_saved="✅ `{key}` ist jetzt `{value}`.",
    settings_reset="✅ `{key}` ist wieder `{value}`.",
    settings_unchanged="`{key}` war schon `{value}`.",
    settings_undo="Letzte Änderung zurücknehmen",
    settings_undone="↩️ `{key}` ist wieder `{value}`.",
    settings_nothing_to_undo="Es gibt keine Änderung zurückzunehmen.",
    settings_bad_number=(
        "`{key}` muss eine ganze Zahl von {least} bis {most} sein; `{value}` ist keine. "
        "Es wurde nichts geändert."
    ),
    settings_bad_switch="`{key}` muss an oder aus sein, nicht `{value}`. Es wurde nichts geändert.",
    settings_bad_length=(
        "`{key}` muss {least} bis {most} Zeichen haben; `{value}` hat sie nicht. "
        "Es wurde nichts geändert."
    ),
    settings_unknown_key="Die Einstellung `{key}` gibt es hier nicht.",
    settings_unknown_channel="Diesen Kanal kenne ich nicht. Ist er neu, hilft vielleicht /sync.",
    settings_last_change="Letzte Änderung: `{key}` von {who}, {when}",
    settings_by_operator="wer diesen Bot betreibt",
    setting_prefix="Für getippte Befehle; bisher gibt es keine",
    setting_auto_scan="Neue Kanäle nach Clips lesen",
    setting_scan_nsfw="Auch altersbeschränkte Kanäle lesen",
    setting_is_reading="Diesen Kanal nach Clips lesen",
    setting_max_file_size_mb="Größte Datei, die gesichert wird, in MB",
    setting_keep_message_text="Texte von Nachrichten mit Clips behalten",
    on="an",
    off="aus",
    clips_saved="💾 Gesichert: {names}",
    clips_known="Schon gesichert: {names}",
    clip_not_a_video="Nicht gesichert: `{name}` ist kein Video.",
    clip_too_large=(
        "Nicht gesichert: `{name}` hat {size} MB; hier werden Dateien bis {most} MB gesichert."
    ),
    clip_none="In dieser Nachricht ist keine Datei.",
    gallery_by="von {who}",
    gallery_with="mit {people}",
    gallery_since="ab {day}",
    gallery_until="vor {day}",
    gallery_newest="neueste zuerst",
    gallery_oldest="älteste zuerst",
    gallery_longest="längste zuerst",
    gallery_jump="Hin",
    gallery_forwarded="weitergeleitet",
    gallery_hidden="verborgen, nur du siehst ihn",
    gallery_before="◀ Zurück",
    gallery_after="Weiter ▶",
    gallery_another="Noch einer",
    gallery_none="Ich habe keine Clips gefunden, die du sehen kannst.",
    gallery_scanning=(
        "Ich lese noch den Verlauf dieses Servers; Clips, die ich noch nicht gesehen habe, fehlen."
    ),
    gallery_scanning_of=(
        "Ich lese noch den Verlauf dieses Servers: bisher etwa {percent} % der Nachrichten mit "
        "Videos."
    ),
    gallery_nothing_read=(
        "Die älteren Nachrichten der Kanäle, die du sehen kannst, habe ich nicht gelesen."
    ),
    gallery_read_since="Was ich bisher gelesen habe, reicht bis {when} zurück.",
    gallery_doubtful=(
        "Ausgelassen: {count}, weil Discord mir nicht gesagt hat, ob es sie noch gibt."
    ),
    gallery_too_long_to_page="Es gibt mehr. Kürze die Suche, um weiterzublättern.",
    gallery_bad_date="`{value}` ist kein Datum. Schreib es wie 2026-01-31.",
    gallery_failed="Die Clips konnten nicht gezeigt werden: {reason}",
    numbers_title="## Clips dieses Servers",
    numbers_clips="**{clips}** Clips von **{authors}** Leuten, seit dem {since}",
    numbers_month="In den letzten 30 Tagen: **{clips}**",
    numbers_size="Länge: **{length}**, Größe: **{size} GB**",
    numbers_authors="### Die meisten Clips",
    numbers_games="### Spiele",
    numbers_scope="Es zählt nur, was du sehen kannst; private Threads zählen nicht.",
    clips_buried="Hier schon einmal gelöscht und nicht wieder gesichert: {names}",
    clips_unwanted=(
        "Nicht gesichert: {names}. Wer das gepostet hat, möchte hier keine eigenen Clips "
        "gesichert haben."
    ),
    mine_title="Deine Clips auf diesem Server",
    mine_count="Clips: {count}, verborgen: {hidden} · Seite {page} von {pages}",
    mine_none="Von dir behalte ich auf diesem Server keine Clips.",
    mine_not_saved="🚫 Was du hier postest, wird nicht gesichert, wie du es wolltest.",
    mine_is_hidden="🙈 verborgen: außer dir findet ihn niemand",
    mine_message="Nachricht",
    mine_hide="Verbergen",
    mine_show="Wieder zeigen",
    mine_delete="Löschen",
    mine_delete_all="Alle löschen",
    mine_export="Als JSON mitnehmen",
    mine_opt_out="Meine nicht mehr sichern",
    mine_opt_in="Meine wieder sichern",
    mine_leave="Nicht mehr sichern, alle löschen",
    mine_newer="Neuere",
    mine_older="Ältere",
    mine_back="Zurück",
    mine_ask_delete=(
        "{name} aus dem löschen, was ich behalte? Er ist dann nicht mehr zu finden, und weder ein "
        "Suchlauf noch *Clip sichern* bringt ihn zurück. Deine Nachricht im Kanal bleibt, wie sie "
        "ist."
    ),
    mine_ask_delete_all=(
        "**Alle {count}** deiner Clips auf diesem Server aus dem löschen, was ich behalte? Sie "
        "sind dann nicht mehr zu finden, und weder ein Suchlauf noch *Clip sichern* bringt sie "
        "zurück. Deine Nachrichten in den Kanälen bleiben, wie sie sind."
    ),
    mine_ask_delete_newest=(
        "Die neuesten **{count}** deiner {total} Clips auf diesem Server aus dem löschen, was ich "
        "behalte? Mehr gehen nicht auf einmal. Sie sind dann nicht mehr zu finden, und weder ein "
        "Suchlauf noch *Clip sichern* bringt sie zurück. Deine Nachrichten in den Kanälen bleiben, "
        "wie sie sind."
    ),
    mine_ask_opt_out=(
        "Von da an wird nichts mehr gesichert, was du auf diesem Server postest, weder von einem "
        "Suchlauf noch mit *Clip sichern*, bis du es anders sagst. Was ich von dir behalte "
        "(Clips: {count}), bleibt, wenn du es nicht auch löschst; Gelöschtes kommt nicht wieder."
    ),
    mine_gone="Diesen Clip gibt es unter deinen nicht mehr.",
    mine_hidden="✅ Verborgen. Niemand sonst findet ihn jetzt.",
    mine_shown="✅ Wer seinen Kanal sieht, findet ihn wieder.",
    mine_unchanged="Es war nichts zu ändern.",
    mine_deleted="✅ Endgültig gelöscht: {count}.",
    mine_deleted_in_part=(
        "✅ Endgültig gelöscht: {count}. Übrig: {left}; wähle noch einmal *Alle löschen*."
    ),
    mine_opted_out="✅ Was du auf diesem Server postest, wird nicht mehr gesichert.",
    mine_opted_in=(
        "✅ Was du von jetzt an postest, wird wieder gesichert. Für das, was du inzwischen "
        "gepostet hast, nimm *Clip sichern* bei der Nachricht."
    ),
    mine_exported="Alles, was ich von deinen Clips auf diesem Server behalte: {count}.",
    mine_exported_in_part=(
        "Die neuesten {count} deiner {total} Clips auf diesem Server; eine größere Datei nimmt "
        "Discord nicht. Um die anderen bitte, wer diesen Bot betreibt."
    ),
    scan_offer_title="{guild} ganz durchsehen?",
    scan_offer=(
        "Das braucht etwa **{requests}** Anfragen an Discord: {videos} Nachrichten mit Videos und "
        "{forwards} weitergeleitete kommen zuerst, dann alle {messages} Nachrichten aus {channels} "
        "Kanälen und Threads, damit keine fehlt."
    ),
    scan_offer_at_least=(
        "Das braucht mindestens **{requests}** Anfragen an Discord, für {channels} Kanäle und "
        "Threads. Wie viele Nachrichten darin sind, sagt Discord gerade nicht; bevor der Suchlauf "
        "die erste Seite liest, gibt er an, was er braucht, und `/suchlauf status` zeigt es."
    ),
    scan_budget=(
        "Ein Server hat {budget} Anfragen am Tag, davon sind heute {spent} verbraucht. Sind sie "
        "verbraucht, hält der Suchlauf an und macht am nächsten Tag von selbst weiter."
    ),
    scan_earliest_end="Kommt nichts dazwischen, ist er {when} fertig.",
    scan_start="Beginnen",
    scan_no_channels=(
        "Hier gibt es keinen Kanal, den ich lesen soll und darf; mehr dazu unter `/status`."
    ),
    scan_title="Suchlauf auf {guild}",
    scan_never=(
        "Noch niemand hat um einen Suchlauf gebeten. `/suchlauf start` sagt, was er braucht, "
        "bevor er beginnt."
    ),
    scan_queued="⏳ Wartet seit {when} darauf, an die Reihe zu kommen.",
    scan_running="▶️ Läuft seit {when}.",
    scan_paused="⏸️ Angehalten bis {until}: {reason}",
    scan_paused_by_budget=(
        "⏸️ Angehalten bis {until}, weil die Anfragen verbraucht sind, die ein Suchlauf am Tag hat. "
        "Er macht von selbst weiter."
    ),
    scan_succeeded="✅ Fertig seit {when}: jede Nachricht, die ich lesen darf, wurde gelesen.",
    scan_failed="❌ Gescheitert {when}: {reason}",
    scan_canceled=(
        "⏹️ Abgebrochen {when}. Was gefunden wurde, bleibt, und Neues wird weiter gelesen; "
        "`/suchlauf start` nimmt den Rest wieder auf."
    ),
    scan_started="✅ Begonnen.",
    scan_started_later=(
        "✅ Vorgemerkt, aber ich konnte es gerade nicht weitergeben: er beginnt mit dem nächsten "
        "Abgleich."
    ),
    scan_open_already="Ein Suchlauf ist schon im Gang.",
    scan_canceled_now="✅ Abgebrochen.",
    scan_nothing_to_cancel="Es gibt keinen Suchlauf abzubrechen.",
    scan_progress="Fortschritt",
    scan_found="Neue Clips bisher: **{clips}**",
    scan_searching="Suche: {seen} von {total} Nachrichten angesehen ({percent} %)",
    scan_searched="Suche: fertig, {total} Nachrichten angesehen",
    scan_not_searchable="Suche: hier nicht möglich, so dass der Verlauf allein genügen muss",
    scan_proven="Verlauf: zu {percent} % lückenlos gelesen, in {channels} Kanälen und Threads",
    scan_requests="Anfragen an Discord",
    scan_spent="{requests} von etwa {predicted} gestellt · heute {today} von {budget}",
    scan_likely_end="In diesem Tempo ist er {when} fertig.",
    scan_history="Jede Nachricht wurde gelesen, zurück bis",
    scan_channel_whole="<#{channel}>: zum Anfang",
    scan_channel_part="<#{channel}>: {since} ({percent} %)",
    scan_channel_unread="<#{channel}>: noch nichts ({percent} %)",
    scan_channel_failed="Ich konnte <#{channel}> nicht lesen: {reason}",
    scan_no_history="Es gibt noch keine Nachricht zu lesen.",
    scan_refresh="Aktualisieren",
    scan_cancel="Suchlauf abbrechen",
    help_title="Was Clip Saver macht",
    help_intro=(
        "Discords Links auf Videos sterben nach einem Tag. Ich behalte die Clips dieses Servers im "
        "Blick, damit sie wiederzufinden sind."
    ),
    help_privacy=(
        "Ich behalte Ids und Namen von Servern und Kanälen, wer eine Einstellung geändert hat, und "
        "von einem Clip, wo er steht, wer ihn gepostet hat, wer dabei war und, wenn das nicht "
        "abgeschaltet ist, den Text seiner Nachricht; nie das Video selbst. Mit `/clips meine` "
        "siehst, verbirgst, löschst und nimmst du mit, was von dir ist, und kannst abstellen, dass "
        "ich es sichere."
    ),
)
