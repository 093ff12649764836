namespace Crm.Plugin.Features.Classification;

/// <summary>Names the resource files of this folder; keys are the English texts, for problems their codes.</summary>
public sealed class Texts;
