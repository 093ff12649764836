namespace Crm.Plugin.Features.Handover;

/// <summary>Names the resource files of this folder; keys are the English texts.</summary>
public sealed class Texts;
