namespace Crm.Plugin.Features.Prospects;

/// <summary>Key of the texts of prospects: English, translated by the resource files beside this class.</summary>
public sealed class Texts;
