/** What readers do not look for on a page: members that begin with an underscore, and those that a class has from its parents. */
import { Converter, ReflectionKind } from 'typedoc';

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const { project } = context;
    for (const reflection of Object.values(project.reflections)) {
      const member = reflection.kindOf(ReflectionKind.ClassMember | ReflectionKind.Function | ReflectionKind.Variable);
      if (!member) continue;
      const hidden = reflection.name.startsWith('_') || reflection.inheritedFrom || reflection.signatures?.some((s) => s.inheritedFrom);
      if (hidden && project.reflections[reflection.id]) project.removeReflection(reflection);
    }
  });
}
