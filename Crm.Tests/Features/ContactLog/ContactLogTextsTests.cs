using System.Xml.Linq;
using Crm.Plugin.Features.ContactLog;
using Crm.Tests.Architecture;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

/// <summary>Texts that the screens look up by value, which a search for T["…"] does not find.</summary>
public sealed class ContactLogTextsTests
{
    [Theory]
    [InlineData("ru")]
    [InlineData("uk")]
    public void EveryLookedUpText_IsTranslated(string language)
    {
        var known = XDocument.Load(Repository.PathOf("Crm.Plugin", "Features", "ContactLog", $"Texts.{language}.resx")).Root!.Elements("data").Select(d => (string)d.Attribute("name")!).ToHashSet();
        string[] actions = ["interaction.logged", "interaction.planned", "interaction.done", "interaction.cancelled", "interaction.postponed", "interaction.changed", "interaction.prepared", "interaction.unprepared", "interaction.file-added", "interaction.file-removed"];
        string[] fields =
        [
            "personId", "kind", "direction", "state", "importance", "subject", "content", "plannedStart", "plannedEnd", "startedAt", "endedAt", "minutes", "source", "basis",
            "project", "territory", "room", "eventGroup", "responsibleId", "remindMinutesBefore", "result", "nextStep", "users", "outsidePersons", "file",
        ];
        string[] used =
        [
            .. RefusalTexts.All, .. Enum.GetValues<InteractionKind>().Select(Words.Of), .. Enum.GetValues<InteractionDirection>().Select(Words.Of),
            .. Enum.GetValues<InteractionState>().Select(Words.Of), .. Enum.GetValues<SeriesRepeat>().Select(Words.Of), .. Enum.GetValues<InteractionImportance>().Select(Words.Of),
            .. Enum.GetValues<InteractionKind>().SelectMany(k => Enum.GetValues<InteractionDirection>().Select(d => Words.Title(k, d))),
            .. NextInSelect.Steps.Select(s => s.Text), .. MoreFields.Reminders.Select(r => r.Text), .. actions.Select(ChangeWords.Action), .. fields.Select(ChangeWords.Field),
        ];

        Assert.Empty(used.Except(known));
    }
}
