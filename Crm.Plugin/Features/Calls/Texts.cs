namespace Crm.Plugin.Features.Calls;

/// <summary>Key of the texts of calls: English, translated by the resource files beside this class.</summary>
public sealed class Texts;
