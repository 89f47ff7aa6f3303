using IconDiffusion.Client;

return await CommandLine.RunAsync(args);
