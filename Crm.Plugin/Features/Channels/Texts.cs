namespace Crm.Plugin.Features.Channels;

/// <summary>Names the resource files of this folder; keys are the English texts.</summary>
public sealed class Texts;
